// Bounds on concurrency. A Limiter has a fixed number of places and a bounded line in front of them.

import { PredastoreError } from '../core/errors.ts';

export class Limiter {
  readonly #places: number;
  readonly #lineMax: number;
  readonly #line: (() => void)[] = [];
  #busy = 0;

  /** `places` run at once; at most `lineMax` wait; the next one is refused with `overloaded`. */
  constructor(places: number, lineMax: number) {
    this.#places = places;
    this.#lineMax = lineMax;
  }

  get busy(): number {
    return this.#busy;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Waits for a place; the returned function gives it back (once; further calls do nothing). */
  async acquire(): Promise<() => void> {
    if (this.#busy < this.#places) {
      this.#busy += 1;
    } else {
      if (this.#line.length >= this.#lineMax)
        throw new PredastoreError('overloaded', 'too many operations are waiting');
      await new Promise<void>((resolve) => this.#line.push(resolve));
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#release();
    };
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }

  #release(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }
}
