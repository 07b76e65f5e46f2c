// What is sealed beside a shard: it comes back as it was, and never grows past its row.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BucketRecord, ObjectRecord, UploadRecord } from '../../../src/contracts/records.ts';
import { nodeId, parseWriteId } from '../../../src/core/ids.ts';
import { SHARD_RECORD_BYTES_MAX } from '../../../src/core/limits.ts';
import {
  decodeSealedRecord,
  encodeSealedRecord,
  sealedBucketOf,
  type SealedObject,
} from '../../../src/metadata/sealed-record.ts';

const BUCKET: BucketRecord = {
  v: 1,
  id: 'b1',
  name: 'photos',
  account: '000000000001',
  region: 'r',
  created: '2026-01-01T00:00:00.000Z',
  state: 'active',
  public: false,
  declared: false,
  settings: { tags: [{ Key: 'team', Value: 'x' }] },
};
const OBJECT: ObjectRecord = {
  v: 1,
  size: 10,
  etag: 'e',
  modified: '2026-01-01T00:00:00.000Z',
  headers: { 'content-type': 'text/plain' },
  meta: {},
  blobs: [
    { write: parseWriteId('0'.repeat(32)), size: 10, k: 1, m: 0, cell: 65536, epoch: 1, nodes: [nodeId(1)] },
  ],
  request: 'q',
};
const base = { bucket: 'b1', key: 'k', in: sealedBucketOf(BUCKET) };

test('an object and its bucket come back, without the settings of the bucket', () => {
  const sealed: SealedObject = { ...base, record: { ...OBJECT, tags: { a: 'b' } } };
  expect(decodeSealedRecord(encodeSealedRecord(sealed))).toEqual(sealed);
  expect(sealed.in).not.toHaveProperty('settings');
});

test('a part comes back with the upload it belongs to', () => {
  const of: UploadRecord = {
    v: 1,
    id: '1'.repeat(32),
    key: 'k',
    initiated: OBJECT.modified,
    headers: {},
    meta: { m: 'n' },
    account: 'a',
    request: 'q',
  };
  const record = {
    v: 1,
    number: 3,
    size: 10,
    etag: 'e',
    modified: 'm',
    blobs: OBJECT.blobs,
    request: 'q',
  } as const;
  const sealed = { ...base, record, upload: of.id, of };
  expect(decodeSealedRecord(encodeSealedRecord(sealed))).toEqual(sealed);
});

test('one that was sealed before buckets were named can be read', () => {
  const old = Buffer.from(JSON.stringify({ bucket: 'b1', key: 'k', record: OBJECT }));
  expect(decodeSealedRecord(old)).toEqual({ bucket: 'b1', key: 'k', record: OBJECT });
});

test('whatever clients say, a seal fits its row, says what it left out, and identifies the object', () => {
  const long = fc.string({ maxLength: 400, unit: 'binary' });
  const map = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), long, { maxKeys: 60 });
  const grants = fc.array(fc.record({ grantee: long, permission: fc.constant('READ') }), { maxLength: 100 });
  fc.assert(
    fc.property(map, map, map, grants, (headers, meta, tags, granted) => {
      const acl = { owner: 'o', grants: granted } as unknown as ObjectRecord['acl'];
      const record = { ...OBJECT, headers, meta, tags, ...(acl && { acl }) };
      const bytes = encodeSealedRecord({ ...base, record });
      expect(bytes.length).toBeLessThanOrEqual(SHARD_RECORD_BYTES_MAX);
      const back = decodeSealedRecord(bytes);
      expect(back).toMatchObject({
        ...base,
        record: { ...OBJECT, headers: expect.anything(), meta: expect.anything() },
      });
      expect(back.left === undefined).toBe(
        JSON.stringify({ ...base, record }).length === bytes.toString().length,
      );
    }),
    { numRuns: 60 },
  );
});

test('what is no sealed record is metadata-corrupt', () => {
  for (const text of ['', '[]', '{}', '{"bucket":"b","key":"k","record":{"v":2}}'])
    expect(() => decodeSealedRecord(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'metadata-corrupt' }),
    );
});
