// Bounds on concurrency. A Limiter has a fixed number of places and a bounded line in front of them.

import { PredastoreError } from '../core/errors.ts';
import type { Clock } from './clock.ts';

/** How long somebody waits in line: who asked for longer than that has gone, or asks again beside. */
export interface Patience {
  readonly clock: Clock;
  readonly waitMaxMs: number;
}

export class Limiter {
  readonly #places: number;
  readonly #lineMax: number;
  readonly #patience: Patience | undefined;
  readonly #closed: () => string | undefined;
  /** In the order of their coming. */
  readonly #line = new Set<() => void>();
  #busy = 0;

  /**
   * `places` run at once; at most `lineMax` wait, each within `patience`; the next one is refused with `overloaded`. So is everybody who comes
   * while `closed` gives a reason; who waits already is let in.
   */
  constructor(
    places: number,
    lineMax: number,
    patience?: Patience,
    closed: () => string | undefined = () => undefined,
  ) {
    this.#places = places;
    this.#lineMax = lineMax;
    this.#patience = patience;
    this.#closed = closed;
  }

  get busy(): number {
    return this.#busy;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** Waits for a place; the returned function gives it back (once; further calls do nothing). */
  async acquire(): Promise<() => void> {
    const reason = this.#closed();
    if (reason !== undefined) throw new PredastoreError('overloaded', `no work is taken: ${reason}`);
    if (this.#busy < this.#places) {
      this.#busy += 1;
    } else {
      if (this.#line.size >= this.#lineMax)
        throw new PredastoreError('overloaded', 'too many operations are waiting');
      await this.#turn();
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

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = (): void => {
        timer?.cancel();
        resolve();
      };
      this.#line.add(take);
      const timer = this.#patience?.clock.after(this.#patience.waitMaxMs, () => {
        this.#line.delete(take);
        reject(new PredastoreError('overloaded', 'no place became free in time'));
      });
    });
  }

  #release(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#busy -= 1;
      return;
    }
    this.#line.delete(next);
    next();
  }
}
