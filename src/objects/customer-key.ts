// Encryption under a key that the client brings with every request and the store forgets (SSE-C).
//
// A body is enciphered with AES-256-CTR before it becomes shards, so that sizes, ranges and parts stay what they are. Where the bytes rest
// they are sealed again, with integrity, as every fragment is. docs/decisions/customer-keys.md says why.
//
// Invariants:
//   1. The client's key enciphers nothing itself: every blob has a key of its own, derived from it, the salt of the object and the
//      write id of the blob. So no key stream is used twice, also when a part is uploaded again.
//   2. A record holds a salt and a check value, from which the key cannot be found; a wrong key is refused before a byte is read.

import { createCipheriv, createHmac, hkdfSync, timingSafeEqual, type Cipher } from 'node:crypto';
import { assert } from '../core/assert.ts';
import type { WriteId } from '../core/ids.ts';
import type { CustomerKeyRecord } from '../contracts/records.ts';
import type { Random } from '../platform/random.ts';

const ALGORITHM = 'AES256';
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const CHECK_BYTES = 16;
const BLOCK_BYTES = 16;
const ETAG_BYTES = 16;
/** Goes into every derivation: another way of deriving gets another name. */
const CONTEXT = 'predastore customer key 1';

/** The secret of one request: 32 bytes. */
export interface CustomerKey {
  readonly bytes: Uint8Array;
}

export interface KeyRefusal {
  /** The object has a key and the request none, the other way round, or it is another key. */
  readonly kind: 'key-needed' | 'key-unneeded' | 'key-wrong';
}

/** What enciphers and deciphers the blobs of one object. */
export class ObjectCipher {
  readonly #key: CustomerKey;
  readonly #salt: Uint8Array;

  constructor(key: CustomerKey, salt: Uint8Array) {
    assert(key.bytes.length === KEY_BYTES, 'a customer key has 32 bytes');
    this.#key = key;
    this.#salt = salt;
  }

  /** Enciphers or deciphers a blob from a byte of it on: with CTR both are the same. */
  stream(write: WriteId, offset: number): Cipher {
    const counter = Buffer.alloc(BLOCK_BYTES);
    counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK_BYTES)), BLOCK_BYTES - 8);
    const stream = createCipheriv('aes-256-ctr', this.#derive(`blob ${write}`, KEY_BYTES), counter);
    stream.update(Buffer.alloc(offset % BLOCK_BYTES));
    return stream;
  }

  /** The ETag of a body: as long as an MD5 and as much its own, but it tells nobody without the key what the body is. */
  etagOf(md5: string): string {
    const mac = createHmac('sha256', this.#derive('etag', KEY_BYTES)).update(md5, 'hex').digest();
    return mac.subarray(0, ETAG_BYTES).toString('hex');
  }

  check(): Buffer {
    return this.#derive('check', CHECK_BYTES);
  }

  #derive(purpose: string, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key.bytes, this.#salt, `${CONTEXT} ${purpose}`, bytes));
  }
}

/** What the record of a new object keeps of its key. */
export function newKeyRecord(random: Random, key: CustomerKey): CustomerKeyRecord {
  const salt = random.bytes(SALT_BYTES);
  const check = new ObjectCipher(key, salt).check();
  return { algorithm: ALGORITHM, salt: salt.toString('base64'), check: check.toString('base64') };
}

/** The cipher of an object, none when it needs none, or why the key of the request does not open it. */
export function unlock(
  record: CustomerKeyRecord | undefined,
  key: CustomerKey | undefined,
): ObjectCipher | undefined | KeyRefusal {
  if (record === undefined) return key === undefined ? undefined : { kind: 'key-unneeded' };
  if (key === undefined) return { kind: 'key-needed' };
  const cipher = new ObjectCipher(key, Buffer.from(record.salt, 'base64'));
  const kept = Buffer.from(record.check, 'base64');
  const check = cipher.check();
  if (kept.length !== check.length || !timingSafeEqual(kept, check)) return { kind: 'key-wrong' };
  return cipher;
}

export function isKeyRefusal(unlocked: ObjectCipher | undefined | KeyRefusal): unlocked is KeyRefusal {
  return unlocked !== undefined && 'kind' in unlocked;
}
