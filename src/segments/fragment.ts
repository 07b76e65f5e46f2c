// Fragments of one shard, sealed and opened.
//
// Owns: the fragment's bytes and what its seal is bound to. Refuses: files, windows, ranges.
// Invariants:
//   F1. A fragment opens only as the very fragment asked for: same write, object, shard, number, ordinal, size, end flag.
//   F2. Bytes leave `open` only after the tag was verified.

import { createCipheriv } from 'node:crypto';
import { PredastoreError } from '../core/errors.ts';
import { writeIdBytes } from '../core/ids.ts';
import { FRAGMENT_BODY_BYTES } from '../core/limits.ts';
import { shardKeyText } from '../core/shard-key.ts';
import { writeUint64 } from './big-endian.ts';
import { NONCE_BYTES, openSealed, writeNonce, type DataKey } from './data-key.ts';
import {
  FRAGMENT_BYTES,
  FRAGMENT_HEADER_BYTES,
  fragmentsOf,
  type Extent,
  type ShardIdentity,
} from './extent.ts';

const FRAGMENT_VERSION = 1;
const FLAG_LAST = 1;
/** Write id, object hash, shard index; the header follows. */
const IDENTITY_BYTES = 16 + 32 + 4;

/** Seals and opens the fragments of one shard; its buffers are reused, so one call at a time. */
export class FragmentCodec {
  readonly #key: DataKey;
  readonly #extent: Extent;
  readonly #fragments: number;
  readonly #name: string;
  /** What the seal is bound to: identity, then the header of the current fragment. */
  readonly #context = Buffer.alloc(IDENTITY_BYTES + FRAGMENT_HEADER_BYTES);
  readonly #header: Buffer;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);

  constructor(key: DataKey, identity: ShardIdentity, extent: Extent) {
    this.#key = key;
    this.#extent = extent;
    this.#fragments = fragmentsOf(extent.lengthBytes);
    this.#name = shardKeyText(identity.key);
    writeIdBytes(identity.key.writeId).copy(this.#context, 0);
    this.#context.set(identity.objectHash, 16);
    this.#context.writeUInt32BE(identity.key.index, 48);
    this.#header = this.#context.subarray(IDENTITY_BYTES);
    writeUint64(this.#header, extent.shardNumber, 8);
    this.#header.writeUInt16BE(FRAGMENT_VERSION, 28);
    this.#header.writeUInt16BE(key.epoch, 30);
  }

  /** Seals `body` (always 8192 bytes, zeros behind the data) as fragment `ordinal` into `target` at `offset`. */
  seal(ordinal: number, body: Uint8Array, target: Buffer, offset: number): void {
    this.#prepare(ordinal);
    this.#header.copy(target, offset);
    const cipher = createCipheriv('aes-256-gcm', this.#key.key, this.#nonce);
    cipher.setAAD(this.#context);
    const sealed = cipher.update(body);
    cipher.final();
    sealed.copy(target, offset + FRAGMENT_HEADER_BYTES);
    cipher.getAuthTag().copy(target, offset + FRAGMENT_HEADER_BYTES + FRAGMENT_BODY_BYTES);
  }

  /** The data bytes of fragment `ordinal`, found in `source` at `offset`. Throws `shard-corrupt`. */
  open(ordinal: number, source: Buffer, offset: number): Buffer {
    const size = this.#prepare(ordinal);
    const bodyAt = offset + FRAGMENT_HEADER_BYTES;
    // The header's only truth is what the index says; a difference is damage even where the seal would still hold.
    if (this.#header.compare(source, offset, bodyAt) !== 0)
      throw this.#corrupt(ordinal, 'has a wrong header');
    const sealed = source.subarray(bodyAt, offset + FRAGMENT_BYTES);
    const body = openSealed(this.#key.key, this.#nonce, this.#context, sealed);
    if (body === undefined) throw this.#corrupt(ordinal, 'failed authentication');
    return size === FRAGMENT_BODY_BYTES ? body : body.subarray(0, size);
  }

  /** Fills header and nonce for a fragment; returns how many of its bytes are data. */
  #prepare(ordinal: number): number {
    const { firstFragment, lengthBytes } = this.#extent;
    const size = Math.min(FRAGMENT_BODY_BYTES, lengthBytes - ordinal * FRAGMENT_BODY_BYTES);
    const number = firstFragment + ordinal;
    writeUint64(this.#header, number, 0);
    this.#header.writeUInt32BE(ordinal, 16);
    this.#header.writeUInt32BE(size, 20);
    this.#header.writeUInt32BE(ordinal === this.#fragments - 1 ? FLAG_LAST : 0, 24);
    writeNonce(this.#nonce, number, this.#key.storeId);
    return size;
  }

  #corrupt(ordinal: number, how: string): PredastoreError {
    return new PredastoreError('shard-corrupt', `fragment ${ordinal} of shard ${this.#name} ${how}`);
  }
}
