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

  /** In the order of their epochs. */
  get all(): readonly DataKey[] {
    return [...this.#byEpoch.values()];
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
  const plain = random.bytes(KEY_BYTES);
  try {
    return wrap(masterKey, { epoch, storeId }, plain, random);
  } finally {
    plain.fill(0);
  }
}

/** Wraps the data keys of a directory under another master key; the keys themselves, and what they seal, stay. */
export function rewrapKeys(masterKey: Uint8Array, keys: KeyRing, random: Random): readonly KeySlot[] {
  return keys.all.map((key) => {
    const plain = key.key.export();
    try {
      return wrap(masterKey, key, plain, random);
    } finally {
      plain.fill(0);
    }
  });
}

/** Whether a master key is the one that wraps a slot. */
export function opensWith(masterKey: Uint8Array, storeId: Buffer, slot: KeySlot): boolean {
  return unwrap(masterKey, storeId, slot) !== undefined;
}

export interface UnwrappedKeys {
  readonly keys: KeyRing;
  /** Every slot opened under the first of the master keys. */
  readonly isCurrent: boolean;
}

/**
 * Opens each slot with the first master key that fits: while a master key is being changed there are two. Throws `invalid-key-file`
 * where none does.
 */
export function unwrapWith(
  masterKeys: readonly Uint8Array[],
  storeId: Buffer,
  slots: readonly KeySlot[],
): UnwrappedKeys {
  let isCurrent = true;
  const keys = slots.map((slot) => {
    for (const [at, masterKey] of masterKeys.entries()) {
      const key = unwrap(masterKey, storeId, slot);
      if (key === undefined) continue;
      isCurrent &&= at === 0;
      return { epoch: slot.epoch, storeId, key };
    }
    const mend = 'If the master key was changed, give the one before as --previous-encryption-key-file.';
    throw new PredastoreError(
      'invalid-key-file',
      `the data directory was made with a different master key. ${mend}`,
    );
  });
  return { keys: new KeyRing(keys), isCurrent };
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

function wrap(
  masterKey: Uint8Array,
  { epoch, storeId }: { readonly epoch: number; readonly storeId: Buffer },
  plain: Uint8Array,
  random: Random,
): KeySlot {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, wrappingKey(masterKey, storeId), nonce);
  cipher.setAAD(wrapContext(storeId, epoch));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { epoch, wrapped: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) };
}

function unwrap(masterKey: Uint8Array, storeId: Buffer, slot: KeySlot): KeyObject | undefined {
  const nonce = slot.wrapped.subarray(0, NONCE_BYTES);
  const sealed = slot.wrapped.subarray(NONCE_BYTES);
  const plain = openSealed(wrappingKey(masterKey, storeId), nonce, wrapContext(storeId, slot.epoch), sealed);
  return plain === undefined ? undefined : secretOf(plain);
}

function wrappingKey(masterKey: Uint8Array, storeId: Buffer): KeyObject {
  return secretOf(Buffer.from(hkdfSync('sha256', masterKey, storeId, WRAPPING_INFO, KEY_BYTES)));
}

/** Moves a key out of reach of the garbage collector's copies: OpenSSL keeps its own, which it wipes. */
function secretOf(plain: Buffer): KeyObject {
  try {
    return createSecretKey(plain);
  } finally {
    plain.fill(0);
  }
}

function wrapContext(storeId: Buffer, epoch: number): Buffer {
  const context = Buffer.alloc(WRAP_LABEL.length + STORE_ID_BYTES + 4);
  WRAP_LABEL.copy(context);
  storeId.copy(context, WRAP_LABEL.length);
  context.writeUInt32BE(epoch, WRAP_LABEL.length + STORE_ID_BYTES);
  return context;
}
