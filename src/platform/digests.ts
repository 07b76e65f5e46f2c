// Streaming digests of bodies under one interface.
//
// Node's own MD5 and SHA are OpenSSL's; CRC32 and CRC32C come from @node-rs/crc32 (10–60 times faster than the AWS
// JavaScript versions, see docs/decisions/dependencies.md), CRC64NVME and the xxHashes from hash-wasm.

import { createHash } from 'node:crypto';
import { crc32, crc32c } from '@node-rs/crc32';
import { createCRC64, createXXHash128, createXXHash3, createXXHash64 } from 'hash-wasm';
import type { DigestAlgorithm } from '../core/body.ts';

export interface Digest {
  update(bytes: Uint8Array): void;
  /** The digest, big-endian where it is a number; call once. */
  finish(): Buffer;
}

/** The NVMe polynomial, reflected, as hash-wasm names it. */
const CRC64_NVME_POLYNOMIAL = '9a6c9329ac4bc9b5';

type WasmAlgorithm = 'crc64nvme' | 'xxhash64' | 'xxhash3' | 'xxhash128';
type WasmHasher = Awaited<ReturnType<typeof createCRC64>>;

const WASM_FACTORIES: Readonly<Record<WasmAlgorithm, () => Promise<WasmHasher>>> = {
  crc64nvme: () => createCRC64(CRC64_NVME_POLYNOMIAL),
  xxhash64: () => createXXHash64(),
  xxhash3: () => createXXHash3(),
  xxhash128: () => createXXHash128(),
};
// An instance takes a while to make and some memory to keep: those that are done wait for the next digest of their kind.
const idle: Readonly<Record<WasmAlgorithm, WasmHasher[]>> = {
  crc64nvme: [],
  xxhash64: [],
  xxhash3: [],
  xxhash128: [],
};
const IDLE_MAX = 64;

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

/** One wasm instance per running digest, taken from and returned to a small pool. */
class WasmDigest implements Digest {
  readonly #algorithm: WasmAlgorithm;
  readonly #hasher: WasmHasher;

  constructor(algorithm: WasmAlgorithm, hasher: WasmHasher) {
    this.#algorithm = algorithm;
    this.#hasher = hasher.init();
  }

  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
  }

  finish(): Buffer {
    const digest = Buffer.from(this.#hasher.digest('binary'));
    const others = idle[this.#algorithm];
    if (others.length < IDLE_MAX) others.push(this.#hasher);
    return digest;
  }
}

class NodeDigest implements Digest {
  readonly #hash: ReturnType<typeof createHash>;

  constructor(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512') {
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  finish(): Buffer {
    return this.#hash.digest();
  }
}

/** Starts a digest. Those in wasm may have to wait for an instance, hence the promise. */
export async function createDigest(algorithm: DigestAlgorithm): Promise<Digest> {
  switch (algorithm) {
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha512':
      return new NodeDigest(algorithm);
    case 'crc32':
      return new RunningCrc((bytes, state) => crc32(bytes, state));
    case 'crc32c':
      return new RunningCrc((bytes, state) => crc32c(bytes, state));
    case 'crc64nvme':
    case 'xxhash64':
    case 'xxhash3':
    case 'xxhash128':
      return new WasmDigest(algorithm, idle[algorithm].pop() ?? (await WASM_FACTORIES[algorithm]()));
  }
}
