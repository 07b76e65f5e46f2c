// Bodies that can be checked without keeping them: a seed in the first 16 bytes, the rest follows from it.

import { createCipheriv, createHash, randomBytes, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';

export const SEED_BYTES = 16;
const PIECE_BYTES = 1 << 20;

/** A fresh body of `lengthBytes`; too short for a seed, it is just random. */
export function verifiableBytes(lengthBytes: number, seed = randomBytes(SEED_BYTES)): Buffer {
  const cipher = createCipheriv('aes-128-ctr', seed, Buffer.alloc(16));
  const rest = cipher.update(Buffer.alloc(Math.max(0, lengthBytes - SEED_BYTES)));
  return Buffer.concat([seed, rest]).subarray(0, lengthBytes);
}

/** Whether `bytes` is one whole body made by `verifiableBytes`: not cut, not mixed with another. */
export function isVerifiable(bytes: Buffer): boolean {
  return bytes.equals(verifiableBytes(bytes.length, Buffer.from(bytes.subarray(0, SEED_BYTES))));
}

export interface LongBody {
  readonly stream: Readable;
  /** Hex SHA-256, once the stream has ended. */
  sha256(): string;
}

/** A body too long to hold, produced piece by piece. */
export function longBody(lengthBytes: number): LongBody {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), Buffer.alloc(16));
  const hash: Hash = createHash('sha256');
  const zeros = Buffer.alloc(PIECE_BYTES);
  function* pieces(): Generator<Buffer> {
    for (let left = lengthBytes; left > 0; left -= PIECE_BYTES) {
      const piece = cipher.update(left >= PIECE_BYTES ? zeros : zeros.subarray(0, left));
      hash.update(piece);
      yield piece;
    }
  }
  return { stream: Readable.from(pieces()), sha256: () => hash.digest('hex') };
}

/** Hex SHA-256 of everything a stream delivers. */
export async function sha256Of(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece);
  return hash.digest('hex');
}
