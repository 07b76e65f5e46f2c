import { describe, expect, test } from '@jest/globals';

import { nodeId } from '../../../src/core/ids.ts';
import {
  decodeBucket,
  decodeNode,
  decodeObject,
  encodeObject,
  encodeRecord,
} from '../../../src/metadata/record-codec.ts';
import { someBlob, someBucket, someObject } from '../../support/metadata-planes.ts';

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('records', () => {
  test('come back as they were', () => {
    const object = someObject({
      blobs: [someBlob({ missing: [2] }), someBlob()],
      checksums: { sha256: 'AA==' },
    });
    expect(decodeObject(encodeObject(object))).toEqual(object);
    expect(decodeBucket(encodeRecord(someBucket('b')))).toEqual(someBucket('b'));
    const node = { v: 1, id: nodeId(1), host: 'h', port: 1, peerId: 'p', startedAt: 's' } as const;
    expect(decodeNode(encodeRecord(node))).toEqual(node);
  });

  test('a bucket keeps its settings, also those that are not known yet', () => {
    const settings = {
      tags: [{ Key: 'a', Value: 'b' }],
      policy: '{}',
      cors: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], MaxAgeSeconds: 5 }] },
      lifecycle: {
        Rules: [{ ID: 'x', Status: 'Enabled', Filter: { And: { Prefix: 'p' } }, Expiration: { Days: 1 } }],
      },
      later: { unknown: 1 },
    };
    expect(decodeBucket(bytesOf({ ...someBucket('b'), settings }))).toEqual({ ...someBucket('b'), settings });
  });

  const brokenSettings: [string, unknown][] = [
    ['settings in a list', []],
    ['null for settings', null],
    ['a tag without a value', { tags: [{ Key: 'a' }] }],
    ['a policy that is no text', { policy: {} }],
    ['a policy past its limit', { policy: 'x'.repeat(20 * 1024 + 1) }],
    ['a CORS rule without methods', { cors: { CORSRules: [{ AllowedOrigins: ['*'] }] } }],
    ['an unknown ownership', { ownership: 'Everybody' }],
    ['half a public access block', { publicAccessBlock: { BlockPublicAcls: true } }],
    ['a lifecycle rule without a status', { lifecycle: { Rules: [{ ID: 'a' }] } }],
    [
      'a lifecycle rule of minus one day',
      { lifecycle: { Rules: [{ ID: 'a', Status: 'Enabled', Expiration: { Days: -1 } }] } },
    ],
    ['a grant to nobody', { acl: { owner: '1', grants: [{ may: 'READ' }] } }],
    [
      'another encryption',
      { encryption: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'x' } }] } },
    ],
  ];
  test.each(brokenSettings)('a bucket with %s is corrupt, not guessed at', (_what, settings) => {
    expect(() => decodeBucket(bytesOf({ ...someBucket('b'), settings }))).toThrow(
      expect.objectContaining({ code: 'metadata-corrupt' }),
    );
  });

  test('a field that is not known yet is no damage', () => {
    expect(decodeObject(bytesOf({ ...someObject(), later: 1 })).etag).toBe(someObject().etag);
  });

  const broken: [string, unknown][] = [
    ['another version', { ...someObject(), v: 2 }],
    ['no size', { ...someObject(), size: undefined }],
    ['a negative size', { ...someObject(), size: -1 }],
    ['a size that is no whole number', { ...someObject(), size: 1.5 }],
    ['metadata that is no text', { ...someObject(), meta: { a: 1 } }],
    ['headers in a list', { ...someObject(), headers: [] }],
    ['no blobs', { ...someObject(), blobs: undefined }],
    ['a malformed write id', { ...someObject(), blobs: [{ ...someBlob(), write: 'x' }] }],
    ['fewer nodes than shards', { ...someObject(), blobs: [{ ...someBlob(), nodes: [1, 2] }] }],
    ['node zero', { ...someObject(), blobs: [{ ...someBlob(), nodes: [0, 1, 2] }] }],
    ['a missing shard that does not exist', { ...someObject(), blobs: [someBlob({ missing: [3] })] }],
    ['a list', []],
    ['null', null],
  ];
  test.each(broken)('with %s are corrupt, not guessed at', (_what, value) => {
    expect(() => decodeObject(bytesOf(value))).toThrow(expect.objectContaining({ code: 'metadata-corrupt' }));
  });

  test('cut short are corrupt', () => {
    const bytes = encodeObject(someObject());
    expect(() => decodeObject(bytes.subarray(0, -1))).toThrow(
      expect.objectContaining({ code: 'metadata-corrupt' }),
    );
  });

  test('too large for a message are refused before they are sent', () => {
    const huge = someObject({ meta: { a: 'x'.repeat(800_000) } });
    expect(() => encodeObject(huge)).toThrow('too large');
  });
});
