// Signing keys of Signature Version 4 and a bounded memory of them: four HMACs are saved on every request of the day.

import { createHmac } from 'node:crypto';

/** Keys remembered: one for each (access key, day, region). A few thousand clients at midnight fit. */
const SIGNING_KEYS_MAX = 4096;

export function deriveSigningKey(secret: string, date: string, region: string): Buffer {
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), 's3'), 'aws4_request');
}

export class SigningKeyCache {
  readonly #keys = new Map<string, { secret: string; key: Buffer }>();

  /** A changed secret is noticed: the entry is then derived anew. */
  keyFor(accessKeyId: string, secret: string, date: string, region: string): Buffer {
    const name = `${date}/${region}/${accessKeyId}`;
    const known = this.#keys.get(name);
    if (known?.secret === secret) return known.key;
    const key = deriveSigningKey(secret, date, region);
    if (this.#keys.size >= SIGNING_KEYS_MAX) this.#forgetOldest();
    this.#keys.set(name, { secret, key });
    return key;
  }

  #forgetOldest(): void {
    const oldest = this.#keys.keys().next();
    if (oldest.done !== true) this.#keys.delete(oldest.value);
  }
}
