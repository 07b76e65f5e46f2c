// A task that runs now and then, and at once when somebody asks.
//
// Invariants:
//   1. One pass at a time. Asking during a pass has another one follow.
//   2. A pass that fails is logged and does not end the task.

import { messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';

/** No timer waits longer: a pass that is not due yet does nothing. (Timers of the platform end at 2^31 ms.) */
const PAUSE_MAX_MS = 24 * 60 * 60_000;

export interface PeriodicOptions {
  readonly name: string;
  readonly firstAfterMs: number;
  readonly intervalMs: () => number;
  readonly pass: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

export class Periodic {
  readonly #options: PeriodicOptions;
  #asked = new AbortController();

  constructor(options: PeriodicOptions) {
    this.#options = options;
  }

  /** Has the next pass begin now, or after the one under way. */
  ask(): void {
    this.#asked.abort();
  }

  /** Runs until the signal fires. */
  async run(): Promise<void> {
    const { firstAfterMs, intervalMs, pass, logger, name } = this.#options;
    await this.#pause(firstAfterMs);
    while (!this.#isStopping()) {
      this.#asked = new AbortController();
      try {
        await pass();
      } catch (error) {
        if (!this.#isStopping()) logger.warn(`${name} was interrupted`, { reason: messageOf(error) });
      }
      await this.#pause(intervalMs());
    }
  }

  #isStopping(): boolean {
    return this.#options.stopping.aborted;
  }

  #pause(delayMs: number): Promise<void> {
    const { clock, stopping } = this.#options;
    return clock.sleep(Math.min(delayMs, PAUSE_MAX_MS), AbortSignal.any([stopping, this.#asked.signal]));
  }
}
