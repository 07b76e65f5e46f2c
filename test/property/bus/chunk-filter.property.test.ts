// However a server's bytes are cut into reads, the filter takes every chunk whole and leaves the library the rest as it was.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { ChunkFilter } from '../../../src/bus/chunk-filter.ts';

const BASE = 's3.io.1.abc.';
const CHUNK_BYTES_MAX = 64;

interface Message {
  readonly bytes: Buffer;
  readonly isChunk: boolean;
}

const line = (head: string, payload: Uint8Array, isChunk = false): Message => ({
  bytes: Buffer.concat([Buffer.from(`${head} ${payload.length}\r\n`), payload, Buffer.from('\r\n')]),
  isChunk,
});
const control = (text: string): Message => ({ bytes: Buffer.from(`${text}\r\n`), isChunk: false });

/** Payloads made of what control lines are made of: lengths have to be believed, not looked for. */
const payload = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.constantFrom(0, 10, 13, 32, 77, 83, 71, 255), { minLength, maxLength })
    .map((bytes) => Buffer.from(bytes));
const message = fc.oneof(
  {
    weight: 4,
    arbitrary: payload(1, CHUNK_BYTES_MAX).map((bytes) => line(`MSG ${BASE}k 1 r.ack.7`, bytes, true)),
  },
  payload(CHUNK_BYTES_MAX + 1, 90).map((bytes) => line(`MSG ${BASE}k 1 r.ack.7`, bytes)),
  payload(0, 0).map((bytes) => line(`MSG ${BASE}k 1 r.ack.7`, bytes)),
  payload(0, 30).map((bytes) => line(`MSG ${BASE}k.3 1 r.ack.7`, bytes)),
  payload(0, 30).map((bytes) => line(`MSG ${BASE}k 1`, bytes)),
  payload(0, 30).map((bytes) => line(`MSG _INBOX.${BASE}k 1 r`, bytes)),
  payload(12, 30).map((bytes) => line(`HMSG ${BASE}k 1 r.ack.p 12`, bytes)),
  fc.constantFrom('PING', 'PONG', '+OK', "-ERR 'MSG no'", 'INFO {"a":"MSG x 1 y 3"}').map(control),
);

function filtered(reads: readonly Buffer[]): { passed: Buffer; chunks: Buffer[] } {
  const passed: Uint8Array[] = [];
  const chunks: Uint8Array[][] = [];
  const filter = new ChunkFilter({
    base: BASE,
    chunkBytesMax: CHUNK_BYTES_MAX,
    pass: (bytes) => passed.push(bytes),
    piece: (piece) => {
      if (piece.isFirst) chunks.push([]);
      chunks.at(-1)!.push(piece.bytes);
      expect(piece).toMatchObject({ subject: `${BASE}k`, reply: 'r.ack.7' });
      const have = chunks.at(-1)!.reduce((sum, { length }) => sum + length, 0);
      expect(piece.isLast).toBe(have === piece.sizeBytes);
    },
  });
  for (const read of reads) filter.take(read);
  return { passed: Buffer.concat(passed), chunks: chunks.map((pieces) => Buffer.concat(pieces)) };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const reads: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    reads.push(bytes.subarray(at, at + size));
    at += size;
  }
  return reads;
}

const payloadOf = ({ bytes }: Message): Buffer => bytes.subarray(bytes.indexOf(10) + 1, -2);

test('chunks are taken out, and nothing else', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), sizes, (messages, readSizes) => {
      const { passed, chunks } = filtered(cut(Buffer.concat(messages.map(({ bytes }) => bytes)), readSizes));
      const ours = messages.filter(({ isChunk }) => isChunk);
      const others = messages.filter(({ isChunk }) => !isChunk);
      expect(chunks).toEqual(ours.map(payloadOf));
      expect(passed).toEqual(Buffer.concat(others.map(({ bytes }) => bytes)));
    }),
    { numRuns: 300 },
  );
});

test.each(['MSG a b c\r\n', 'MSG\r\n', 'MSG x 1 9999999999\r\n', 'HMSG x 1 -1\r\n'])(
  'a line that no server sends is left to the library, with everything after it: %s',
  (nonsense) => {
    const after = line(`MSG ${BASE}k 1 r.ack.7`, Buffer.from('abc')).bytes;
    const all = Buffer.concat([Buffer.from(nonsense), after]);
    expect(filtered(cut(all, [all.length]))).toEqual({ passed: all, chunks: [] });
  },
);

test('a line without an end is not held for ever', () => {
  const flood = Buffer.alloc(600 * 1024, 'M');
  const { passed, chunks } = filtered([flood, flood, flood]);
  expect(passed.length).toBe(3 * flood.length);
  expect(chunks).toEqual([]);
});
