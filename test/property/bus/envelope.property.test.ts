import { describe, expect, test } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import fc from 'fast-check';

import type { DigestClaim } from '../../../src/core/body.ts';
import { agreeShape, isReplySubject, shapeFor } from '../../../src/bus/byte-stream.ts';
import {
  errorPayload,
  headerJson,
  parseObject,
  readAnnounced,
  readClaims,
  readError,
  wireClaims,
} from '../../../src/bus/envelope.ts';
import { S3Error, S3_ERRORS, type S3ErrorCode } from '../../../src/contracts/s3-errors.ts';

const algorithm = fc.constantFrom('md5', 'sha1', 'sha256', 'crc32', 'crc32c', 'crc64nvme');

describe('the envelope', () => {
  test('any JSON survives a NATS header', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.json()), (value) => {
        const set = headers();
        set.append('S3-Params', headerJson(value));
        expect(parseObject(set.get('S3-Params'))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('an error document has Code and Message only, and comes back the same', () => {
    const codes = Object.keys(S3_ERRORS) as S3ErrorCode[];
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.string({ minLength: 1, unit: 'grapheme' }), (code, words) => {
        const payload = errorPayload(new S3Error(code, words));
        expect(Object.keys(JSON.parse(payload) as object)).toEqual(['Code', 'Message']);
        const back = readError(payload);
        expect([back.code, back.message, back.status]).toEqual([code, words, S3_ERRORS[code].status]);
      }),
    );
  });

  test('whatever a peer sends as an error or as claims, the answer is an S3Error, never a crash', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.jsonValue(), (payload, detail, value) => {
        expect(readError(payload, detail).name).toBe('S3Error');
        for (const read of [readClaims, readAnnounced]) {
          try {
            read(value);
          } catch (error) {
            expect((error as Error).name).toBe('S3Error');
          }
        }
      }),
    );
  });

  test('claims come back the same', () => {
    const claim = fc.record({
      algorithm,
      digest: fc.uint8Array({ maxLength: 40 }),
      signedPayload: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 6 }), (claims) => {
        const back = readClaims(JSON.parse(JSON.stringify(wireClaims(claims))));
        const plain = (list: readonly DigestClaim[]): unknown[] =>
          list.map(({ algorithm: name, digest, signedPayload }) => [
            name,
            [...digest],
            signedPayload ?? false,
          ]);
        expect(plain(back)).toEqual(plain(claims));
      }),
    );
  });

  test('no wish makes a stream larger than we allow, nor smaller than one chunk', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (chunk, window) => {
        const ours = shapeFor(1024 * 1024);
        const agreed = agreeShape(ours, chunk, window);
        expect(agreed.chunkBytes).toBeGreaterThanOrEqual(1024);
        expect(agreed.chunkBytes).toBeLessThanOrEqual(ours.chunkBytes);
        expect(agreed.windowChunks).toBeGreaterThanOrEqual(1);
        expect(agreed.windowChunks).toBeLessThanOrEqual(ours.windowChunks);
      }),
    );
  });

  test('a reply subject that we publish to has no wildcard, no white space, and is no system subject', () => {
    const token = fc.string({ maxLength: 6 });
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 5 }), (tokens) => {
        const subject = tokens.join('.');
        if (!isReplySubject(subject)) return;
        expect(subject).not.toMatch(/[\s*>]/);
        expect(subject).not.toMatch(/^\$|^\.|\.\.|\.$/);
      }),
    );
    for (const good of ['_INBOX.a.b', 's3.io.1.abc.2', 'my-inbox.x']) expect(isReplySubject(good)).toBe(true);
    for (const bad of ['', 's3.deletebucket', '$SYS.a', '$JS.API.X', 'a.*', 'a.>', 'a b', 'x'.repeat(600)]) {
      expect(isReplySubject(bad)).toBe(false);
    }
    expect(isReplySubject(undefined)).toBe(false);
  });
});
