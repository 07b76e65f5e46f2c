// Data keys of one data directory and how the master key protects them.
//
// Owns: deriving the wrapping key, wrapping and unwrapping data keys, nonces. Refuses: where the wrapped keys are kept.
// Invariants:
//   K1. A data key never touches the disk in the clear; a nonce under it is a number that `numbers.ts` gave out once.
//   K2. A wrapped key opens only under the same master key, store id and epoch.

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { present } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import type { Random } from '../platform/random.ts';
import { writeUint64 } from './big-endian.ts';
import { SEAL_TAG_BYTES } from './extent.ts';

export const STORE_ID_BYTES = 16;
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
/** Nonce, sealed key, tag. */
export const WRAPPED_KEY_BYTES = NONCE_BYTES + KEY_BYTES + SEAL_TAG_BYTES;
/** The epoch travels as 16 bits in every fragment. */
export const KEY_EPOCH_MAX = 0xffff;

const CIPHER = 'aes-256-gcm';
const WRAPPING_INFO = 'predastore segment v1';
const WRAP_LABEL = Buffer.from('predastore data key v1');

/** A data key as it lies on disk. */
export interface KeySlot {
  readonly epoch: number;
  readonly wrapped: Buffer;
}

export interface DataKey {
  readonly epoch: number;
  readonly key: KeyObject;
  readonly storeId: Buffer;
}

/** The keys of a directory: the newest seals, all of them open. */
export class KeyRing {
  readonly current: DataKey;
  readonly #byEpoch: ReadonlyMap<number, DataKey>;

  constructor(keys: readonly DataKey[]) {
    this.current = present(keys.at(-1), 'a data key');
    this.#byEpoch = new Map(keys.map((key) => [key.epoch, key]));
  }

  get(epoch: number): DataKey {
    const key = this.#byEpoch.get(epoch);
    if (key === undefined) throw new PredastoreError('shard-corrupt', `no data key of epoch ${epoch}`);
    return key;
  }
}

/** Draws a fresh data key and wraps it. */
export function createKeySlot(
  masterKey: Uint8Array,
  storeId: Buffer,
  epoch: number,
  random: Random,
): KeySlot {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, wrappingKey(masterKey, storeId), nonce);
  cipher.setAAD(wrapContext(storeId, epoch));
  const sealed = Buffer.concat([cipher.update(random.bytes(KEY_BYTES)), cipher.final()]);
  return { epoch, wrapped: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) };
}

/** Opens wrapped data keys; another master key is recognised and refused. */
export function unwrapKeys(masterKey: Uint8Array, storeId: Buffer, slots: readonly KeySlot[]): KeyRing {
  return new KeyRing(
    slots.map(({ epoch, wrapped }) => ({
      epoch,
      storeId,
      key: unwrap(masterKey, storeId, { epoch, wrapped }),
    })),
  );
}

/** `BE64(number) ‖ BE32(low 32 bits of the store id)`. */
export function writeNonce(nonce: Buffer, number: number, storeId: Buffer): void {
  writeUint64(nonce, number, 0);
  storeId.copy(nonce, 8, STORE_ID_BYTES - 4);
}

export function sealWith(key: DataKey, number: number, context: Uint8Array, plain: Uint8Array): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  writeNonce(nonce, number, key.storeId);
  const cipher = createCipheriv(CIPHER, key.key, nonce);
  cipher.setAAD(context);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** `undefined` when the seal does not fit. `sealed` ends with the tag. */
export function openWith(
  key: DataKey,
  number: number,
  context: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined {
  const nonce = Buffer.alloc(NONCE_BYTES);
  writeNonce(nonce, number, key.storeId);
  return openSealed(key.key, nonce, context, sealed);
}

/** Opens `ciphertext ‖ tag`; nothing is released before the tag was verified. */
export function openSealed(
  key: KeyObject,
  nonce: Uint8Array,
  context: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined {
  const tagAt = sealed.length - SEAL_TAG_BYTES;
  if (tagAt < 0) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: SEAL_TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plain = decipher.update(sealed.subarray(0, tagAt));
  try {
    decipher.final();
    return plain;
  } catch {
    // OpenSSL's only word for a wrong tag is an exception without a code.
    return undefined;
  }
}

function unwrap(masterKey: Uint8Array, storeId: Buffer, slot: KeySlot): KeyObject {
  const nonce = slot.wrapped.subarray(0, NONCE_BYTES);
  const sealed = slot.wrapped.subarray(NONCE_BYTES);
  const plain = openSealed(wrappingKey(masterKey, storeId), nonce, wrapContext(storeId, slot.epoch), sealed);
  if (plain === undefined) {
    throw new PredastoreError('invalid-key-file', 'the data directory was made with a different master key');
  }
  return createSecretKey(plain);
}

function wrappingKey(masterKey: Uint8Array, storeId: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, storeId, WRAPPING_INFO, KEY_BYTES)));
}

function wrapContext(storeId: Buffer, epoch: number): Buffer {
  const context = Buffer.alloc(WRAP_LABEL.length + STORE_ID_BYTES + 4);
  WRAP_LABEL.copy(context);
  storeId.copy(context, WRAP_LABEL.length);
  context.writeUInt32BE(epoch, WRAP_LABEL.length + STORE_ID_BYTES);
  return context;
}
