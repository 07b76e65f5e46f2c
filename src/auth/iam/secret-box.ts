// What Spinifex keeps sealed under the shared master key: the secrets of access keys, and the marks of session tokens.
//
// Formats (Spinifex's, published by it): a secret is base64(nonce 12 B ‖ AES-256-GCM ciphertext ‖ tag 16 B) without associated
// data; the mark of a session token is base64(HMAC-SHA256(master key, token)). Both use the 32 bytes of the key as they are.

import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED_CHARACTERS_MAX = 4096;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export class SecretBox {
  readonly #key: Buffer;

  /** Keeps a copy of the 32 bytes of `key`. */
  constructor(key: Uint8Array) {
    this.#key = Buffer.from(key);
  }

  /** The secret in a sealed text; undefined when it was not sealed with this key, or is no sealed text at all. */
  open(sealed: string): string | undefined {
    if (sealed.length > SEALED_CHARACTERS_MAX || !BASE64.test(sealed)) return undefined;
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const tagAt = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(tagAt));
    try {
      const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
      return opened.toString('utf8');
    } catch {
      // The tag does not fit: another key, or a changed text.
      return undefined;
    }
  }

  /** Whether a session token is the one that `mark` was made of. Constant time. */
  marks(token: string, mark: string): boolean {
    const expected = createHmac('sha256', this.#key).update(token).digest();
    const given = Buffer.from(mark, 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
