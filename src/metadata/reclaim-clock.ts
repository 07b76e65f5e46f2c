// Since when something must have waited to have waited for a grace: on a wall clock that may be set at any time.
//
// What waits is stamped with wall time, which outlives the process. A wall clock that is set forward would make everything ripe at once; so
// a jump is noticed against the monotonic clock, and nothing is ripe for one grace after it. The beginning of a process counts as a jump.
//
// Invariant: whatever was stamped by this process, or before it began, waits for at least one grace on the monotonic clock from then on.

import type { Clock } from '../platform/clock.ts';

/** What two clocks differ by over a pause between two looks is less than this. */
const TOLERANCE_MS = 1_000;

export class ReclaimClock {
  readonly #clock: Clock;
  /** Wall time minus monotonic time at the last look. */
  #offsetMs: number;
  /** When the wall clock was last set, as far as is known: on the monotonic clock. */
  #setAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.nowMs() - clock.monotonicMs();
    this.#setAtMs = clock.monotonicMs();
  }

  /** Wall time: what is stamped with it, or earlier, has waited for the grace. Zero: nothing has. */
  ripeBeforeMs(graceMs: number): number {
    const monotonicMs = this.#clock.monotonicMs();
    const offsetMs = this.#clock.nowMs() - monotonicMs;
    if (Math.abs(offsetMs - this.#offsetMs) > TOLERANCE_MS) this.#setAtMs = monotonicMs;
    this.#offsetMs = offsetMs;
    return monotonicMs - this.#setAtMs < graceMs ? 0 : monotonicMs + offsetMs - graceMs;
  }
}
