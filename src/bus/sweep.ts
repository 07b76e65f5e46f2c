// A periodic look at many things with deadlines: one timer for all, and none while there is nothing to look at.

import type { Clock, Timer } from '../platform/clock.ts';

export class Sweep {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #look: (nowMs: number) => boolean;
  #timer: Timer | undefined;

  /** `look` returns whether there is anything left to come back for. */
  constructor(clock: Clock, everyMs: number, look: (nowMs: number) => boolean) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#look = look;
  }

  /** Begins sweeping; nothing happens when it already does. */
  start(): void {
    this.#timer ??= this.#clock.after(this.#everyMs, () => {
      this.#timer = undefined;
      if (this.#look(this.#clock.monotonicMs())) this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
