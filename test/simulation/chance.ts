// Chance from a seed (sfc32): the same seed gives the same run, on every machine.

import type { Random } from '../../src/platform/random.ts';

export class Chance implements Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    for (let warm = 0; warm < 12; warm += 1) this.#next();
  }

  /** A whole number in 0 … `count` - 1. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** True with the probability `probability`. */
  flip(probability = 0.5): boolean {
    return this.fraction() < probability;
  }

  /** Another stream of chance: what is drawn from it does not shift what is drawn here. */
  fork(): Chance {
    return new Chance(this.#next());
  }

  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.#next() >>> 24;
    return bytes;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
}
