// The parts of a process in the order they were started, so that they can be stopped in the reverse one.
//
// Invariants:
//   1. A part is stopped before everything it was built on.
//   2. Stopping ends within its bound; a part that hangs or fails does not keep the others from being stopped.

import { PredastoreError } from '../core/errors.ts';
import { within, type Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

export class Lifecycle {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #parts: Part[] = [];
  #stopping: Promise<void> | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Starts a part and remembers how to stop it. */
  async start<T>(name: string, start: () => T | Promise<T>, stop?: (part: T) => Promise<void>): Promise<T> {
    if (this.#stopping !== undefined) throw new PredastoreError('store-closed', 'the process is stopping');
    const startedMs = this.#clock.monotonicMs();
    const part = await start();
    this.#log.debug(`started ${name}`, { tookMs: Math.round(this.#clock.monotonicMs() - startedMs) });
    if (stop !== undefined) this.#parts.push({ name, stop: () => stop(part) });
    return part;
  }

  /** Stops everything within `limitMs`; further calls wait for the first. */
  stop(limitMs: number): Promise<void> {
    this.#stopping ??= this.#stopAll(this.#clock.monotonicMs() + limitMs);
    return this.#stopping;
  }

  async #stopAll(deadlineMs: number): Promise<void> {
    for (const { name, stop } of this.#parts.splice(0).reverse()) {
      const leftMs = Math.max(1, deadlineMs - this.#clock.monotonicMs());
      const tooSlow = (): Error => new PredastoreError('cancelled', `${name} did not stop in time`);
      try {
        await within(this.#clock, leftMs, stop(), tooSlow);
        this.#log.debug(`stopped ${name}`);
      } catch (error) {
        this.#log.error(`stopping ${name} failed`, { error });
      }
    }
  }
}
