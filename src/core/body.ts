// Bodies in motion: how bytes of an object are handed from room to room without being collected.
//
// A body is an async iterable. Whoever stops reading early calls `return()` (a `break` in `for await` does) and
// the producer lets go of its resources. A producer that fails throws out of the iteration; ending without a
// throw means every byte was delivered.

/** Digests that a sender may claim for a body, by their S3 names in lower case. */
export const DIGEST_ALGORITHMS = [
  'md5',
  'sha1',
  'sha256',
  'sha512',
  'crc32',
  'crc32c',
  'crc64nvme',
  'xxhash64',
  'xxhash3',
  'xxhash128',
] as const;

export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** What a sender says of a body: checked by `objects/` after the last byte and before the commit. */
export interface DigestClaim {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
  /** `true` when the claim is the signed `x-amz-content-sha256`, which has its own S3 error. */
  readonly signedPayload?: boolean;
  /** `true` when the claim is an `x-amz-checksum-…`: an MD5 can be that or `Content-MD5`, and S3 has words for each. */
  readonly ofChecksum?: boolean;
}

/** A body on its way in. */
export interface IncomingBody {
  readonly lengthBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Algorithms of the checksums that the sender announced before the first byte. MD5 is computed always, and is a checksum only when it is here. */
  readonly announced: readonly DigestAlgorithm[];
  /** The claims; complete only after `bytes` has ended, because trailers come last. */
  claims(): readonly DigestClaim[];
}

/** A body on its way out. `lengthBytes` is exact. */
export interface OutgoingBody {
  readonly lengthBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A half-open byte range `[start, end)` of an object or shard. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A body without claims, from bytes at hand. */
export function bodyOf(bytes: Uint8Array): IncomingBody {
  return { lengthBytes: bytes.length, bytes: once(bytes), announced: [], claims: () => [] };
}

/** Delivers one buffer (nothing when it is empty). */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (bytes.length > 0) yield bytes;
}

/**
 * A body whose `release` also runs when it is let go before its first byte: a generator that never began skips its `finally`.
 * `release` may run twice.
 */
export function releasing(bytes: AsyncGenerator<Uint8Array>, release: () => void): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => bytes.next(),
    return: () => {
      release();
      return bytes.return(undefined);
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Collects a body that is known to be small; refuses to grow past `limitBytes`. */
export async function collect(source: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of source) {
    total += part.length;
    if (total > limitBytes) throw new RangeError(`body exceeds ${limitBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, total);
}
