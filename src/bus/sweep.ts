// A periodic look at many things with deadlines: one timer for all, and none while there is nothing to look at.
//
//   W1. A look that comes late (the process was stopped, or busy for long) is skipped once: what arrived meanwhile is
//       still unread, and nobody's silence may be blamed on our own deafness.

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
    if (this.#timer !== undefined) return;
    const dueMs = this.#clock.monotonicMs() + this.#everyMs;
    this.#timer = this.#clock.after(this.#everyMs, () => {
      this.#timer = undefined;
      const nowMs = this.#clock.monotonicMs();
      const isLate = nowMs - dueMs > this.#everyMs;
      if (isLate || this.#look(nowMs)) this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
