import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ERROR_CATALOGUE, isPredastoreError, type ErrorCode } from '../../../src/core/errors.ts';
import type { WriteId } from '../../../src/core/ids.ts';
import { SEGMENT_BYTES_MAX, SHARD_ERROR_BYTES_MAX } from '../../../src/core/limits.ts';
import {
  decodeErrorCode,
  decodeHeader,
  decodeHeld,
  decodeMessageLength,
  decodePreamble,
  decodeRecordLength,
  decodeShardLength,
  encodeErrorReply,
  encodeGetReply,
  encodeRequest,
  encodeStatReply,
  PREAMBLE_BYTES,
  type ShardRequest,
} from '../../../src/shards/wire-format.ts';

const key = fc.record({
  writeId: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('hex') as WriteId),
  index: fc.nat(31),
});
const size = fc.oneof(fc.nat(SEGMENT_BYTES_MAX), fc.constantFrom(0, 1, SEGMENT_BYTES_MAX));
const offset = fc.maxSafeNat();
const request: fc.Arbitrary<ShardRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    put: fc.record({
      key,
      objectHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
      lengthBytes: size,
    }),
  }),
  fc.tuple(key, offset, offset).map(([shard, a, b]) => ({
    kind: 'get' as const,
    key: shard,
    range: { start: Math.min(a, b), end: Math.max(a, b) },
  })),
  fc.record({
    kind: fc.constantFrom('stat' as const, 'remove' as const),
    keys: fc.array(key, { maxLength: 40 }),
  }),
  fc.record({ kind: fc.constant('ping' as const) }),
);

function decode(bytes: Buffer): ShardRequest {
  const { operation, headerBytes } = decodePreamble(bytes.subarray(0, PREAMBLE_BYTES));
  expect(headerBytes).toBe(bytes.length - PREAMBLE_BYTES);
  return decodeHeader(operation, bytes.subarray(PREAMBLE_BYTES));
}

/** The work either succeeds or fails with `peer-protocol`. */
function expectProtocol(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isPredastoreError(error) || error.code !== 'peer-protocol') throw error;
  }
}

describe('requests', () => {
  test('survive the way over the wire', () => {
    fc.assert(fc.property(request, (original) => expect(decode(encodeRequest(original))).toEqual(original)));
  });

  test('garbage is a protocol error and nothing else', () => {
    const garbage = fc.tuple(
      fc.uint8Array({ minLength: PREAMBLE_BYTES, maxLength: PREAMBLE_BYTES }),
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('put' as const, 'get' as const, 'stat' as const, 'remove' as const, 'ping' as const),
    );
    fc.assert(
      fc.property(garbage, ([preamble, header, operation]) => {
        expectProtocol(() => decodePreamble(preamble));
        expectProtocol(() => decodeHeader(operation, header));
      }),
      { numRuns: 1000 },
    );
  });

  test('a flipped byte decodes to something valid or is a protocol error', () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.integer({ min: 1, max: 255 }), (original, at, flip) => {
        const bytes = encodeRequest(original);
        bytes[at % bytes.length]! ^= flip;
        expectProtocol(() => {
          const { operation } = decodePreamble(bytes.subarray(0, PREAMBLE_BYTES));
          decodeHeader(operation, bytes.subarray(PREAMBLE_BYTES));
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('the layout of version 1 is fixed', () => {
    const shard = { writeId: '000102030405060708090a0b0c0d0e0f' as WriteId, index: 5 };
    const put = encodeRequest({
      kind: 'put',
      put: { key: shard, objectHash: Buffer.alloc(32, 0xaa), lengthBytes: 0x1_0000_0000 },
    });
    expect(put.toString('hex')).toBe(
      `010100000039000102030405060708090a0b0c0d0e0f05${'aa'.repeat(32)}0000000100000000`,
    );
    expect(
      encodeRequest({ kind: 'get', key: shard, range: { start: 1, end: 0x2_0000_0003 } }).toString('hex'),
    ).toBe('010200000021000102030405060708090a0b0c0d0e0f0500000000000000010000000200000003');
    expect(encodeRequest({ kind: 'remove', keys: [shard] }).toString('hex')).toBe(
      '0104000000130001000102030405060708090a0b0c0d0e0f05',
    );
    expect(encodeRequest({ kind: 'ping' }).toString('hex')).toBe('010500000000');
  });
});

describe('replies', () => {
  test('errors keep their code and their message, cut to its bound', () => {
    const codes = fc.constantFrom(...(Object.keys(ERROR_CATALOGUE) as ErrorCode[]));
    fc.assert(
      fc.property(codes, fc.string({ maxLength: 3000 }), (code, message) => {
        const bytes = encodeErrorReply(code, message);
        const nameEnd = 2 + bytes[1]!;
        expect(decodeErrorCode(bytes.subarray(2, nameEnd))).toBe(code);
        const length = decodeMessageLength(bytes.subarray(nameEnd, nameEnd + 2));
        expect(length).toBeLessThanOrEqual(SHARD_ERROR_BYTES_MAX);
        expect(bytes.subarray(nameEnd + 2)).toHaveLength(length);
        expect(
          Buffer.from(message)
            .subarray(0, length)
            .equals(bytes.subarray(nameEnd + 2)),
        ).toBe(true);
      }),
    );
  });

  test('an unknown error code is `internal`, also when it is the name of an object property', () => {
    for (const name of ['tomorrow', 'constructor', '__proto__', '']) {
      expect(decodeErrorCode(Buffer.from(name))).toBe('internal');
    }
  });

  test('numbers and answers survive, and nonsense is a protocol error', () => {
    fc.assert(
      fc.property(offset, fc.array(fc.boolean(), { maxLength: 50 }), (length, held) => {
        expect(decodeShardLength(encodeGetReply(length).subarray(1))).toBe(length);
        expect(decodeHeld(encodeStatReply(held).subarray(1))).toEqual(held);
      }),
    );
    expect(() => decodeHeld(Uint8Array.of(2))).toThrow('neither yes nor no');
    expect(() => decodeRecordLength(Buffer.from('ffffffff', 'hex'))).toThrow('too large');
    expect(() => decodeMessageLength(Buffer.from('ffff', 'hex'))).toThrow('too long');
    expect(() => decodeShardLength(Buffer.alloc(8, 0xff))).toThrow('2^53');
  });
});
