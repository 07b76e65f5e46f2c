// A pace for work that nobody waits for: so many bytes a second, whatever how many workers share it.
//
// Invariant: over any span longer than BURST_MS no more bytes get their turn than the rate allows, plus one burst.

import type { Clock } from '../platform/clock.ts';

/** Bytes that were not used are saved up for this long. */
const BURST_MS = 250;
const MS_PER_SECOND = 1000;

export class Pace {
  readonly #clock: Clock;
  #bytesPerSecond: number;
  /** When the bytes granted so far will have had their time. */
  #paidUntilMs: number;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
    this.#paidUntilMs = clock.monotonicMs();
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  set bytesPerSecond(rate: number) {
    this.#bytesPerSecond = rate;
  }

  /** Resolves when it is the turn of these bytes, or when `signal` fires. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const startMs = Math.max(this.#paidUntilMs, nowMs - BURST_MS);
    this.#paidUntilMs = startMs + (bytes / this.#bytesPerSecond) * MS_PER_SECOND;
    const waitMs = startMs - nowMs;
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }
}
