// Names of requests: sixteen hex digits, as AWS has them. Chance is drawn for many at once, because one draw from the
// system costs as much as the rest of a request's bookkeeping.

import type { Random } from '../platform/random.ts';

const ID_BYTES = 8;
const IDS_PER_DRAW = 256;

export class RequestIds {
  readonly #random: Random;
  #pool: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): string {
    if (this.#at === this.#pool.length) {
      this.#pool = this.#random.bytes(ID_BYTES * IDS_PER_DRAW);
      this.#at = 0;
    }
    this.#at += ID_BYTES;
    return this.#pool.toString('hex', this.#at - ID_BYTES, this.#at).toUpperCase();
  }
}
