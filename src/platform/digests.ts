// Streaming digests of bodies under one interface.
//
// Node's own MD5 and SHA are OpenSSL's; CRC32 and CRC32C come from @node-rs/crc32 (10–60 times faster than the AWS
// JavaScript versions, see docs/decisions/dependencies.md), CRC64NVME from hash-wasm.

import { createHash } from 'node:crypto';
import { crc32, crc32c } from '@node-rs/crc32';
import { createCRC64 } from 'hash-wasm';
import type { DigestAlgorithm } from '../core/body.ts';

export interface Digest {
  update(bytes: Uint8Array): void;
  /** The digest, big-endian where it is a number; call once. */
  finish(): Buffer;
}

/** The NVMe polynomial, reflected, as hash-wasm names it. */
const CRC64_NVME_POLYNOMIAL = '9a6c9329ac4bc9b5';

// hash-wasm compiles its module asynchronously; the instances are made ahead and reused, so that `createDigest` stays sync.
type Crc64 = Awaited<ReturnType<typeof createCRC64>>;
const idleCrc64: Crc64[] = [await createCRC64(CRC64_NVME_POLYNOMIAL)];
const IDLE_CRC64_MAX = 64;

class RunningCrc implements Digest {
  readonly #step: (bytes: Uint8Array, state: number) => number;
  #state = 0;

  constructor(step: (bytes: Uint8Array, state: number) => number) {
    this.#step = step;
  }

  update(bytes: Uint8Array): void {
    this.#state = this.#step(bytes, this.#state);
  }

  finish(): Buffer {
    const out = Buffer.alloc(4);
    out.writeUInt32BE(this.#state >>> 0);
    return out;
  }
}

/** CRC64NVME: one wasm instance per running digest, taken from and returned to a small pool. */
class Crc64Digest implements Digest {
  readonly #hasher: Crc64;

  constructor(hasher: Crc64) {
    this.#hasher = hasher.init();
  }

  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
  }

  finish(): Buffer {
    const digest = Buffer.from(this.#hasher.digest('binary'));
    if (idleCrc64.length < IDLE_CRC64_MAX) idleCrc64.push(this.#hasher);
    return digest;
  }
}

class NodeDigest implements Digest {
  readonly #hash: ReturnType<typeof createHash>;

  constructor(algorithm: 'md5' | 'sha1' | 'sha256') {
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  finish(): Buffer {
    return this.#hash.digest();
  }
}

async function refillCrc64(): Promise<void> {
  idleCrc64.push(await createCRC64(CRC64_NVME_POLYNOMIAL));
}

/** Starts a digest. CRC64NVME may have to wait for a wasm instance, hence the promise. */
export async function createDigest(algorithm: DigestAlgorithm): Promise<Digest> {
  switch (algorithm) {
    case 'md5':
    case 'sha1':
    case 'sha256':
      return new NodeDigest(algorithm);
    case 'crc32':
      return new RunningCrc((bytes, state) => crc32(bytes, state));
    case 'crc32c':
      return new RunningCrc((bytes, state) => crc32c(bytes, state));
    case 'crc64nvme': {
      while (idleCrc64.length === 0) await refillCrc64();
      const hasher = idleCrc64.pop();
      if (hasher === undefined) throw new RangeError('no CRC64 instance');
      return new Crc64Digest(hasher);
    }
  }
}
