// Callers that wait until something is safe at a revision. Bounded in number; every wait is bounded in time.

import { PredastoreError } from '../core/errors.ts';
import { VIEW_WAITERS_MAX } from '../core/limits.ts';
import type { Clock, Timer } from '../platform/clock.ts';

interface Waiter {
  readonly revision: number;
  readonly timer: Timer;
  readonly finish: (reached: boolean) => void;
}

export class RevisionWaiters {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #safe: number;

  constructor(clock: Clock, safe: number) {
    this.#clock = clock;
    this.#safe = safe;
  }

  /** Where the view is safe. */
  get safe(): number {
    return this.#safe;
  }

  get waiting(): boolean {
    return this.#waiters.size > 0;
  }

  /** True once the view is safe at `revision`; false after `limitMs`. */
  reached(revision: number, limitMs: number): Promise<boolean> {
    if (this.#safe >= revision) return Promise.resolve(true);
    if (this.#waiters.size >= VIEW_WAITERS_MAX) {
      return Promise.reject(new PredastoreError('overloaded', 'too many callers wait for the metadata view'));
    }
    return new Promise((resolve) => {
      const finish = (reached: boolean): void => {
        this.#waiters.delete(waiter);
        waiter.timer.cancel();
        resolve(reached);
      };
      const waiter: Waiter = { revision, finish, timer: this.#clock.after(limitMs, () => finish(false)) };
      this.#waiters.add(waiter);
    });
  }

  advance(safe: number): void {
    this.#safe = safe;
    for (const waiter of this.#waiters) if (waiter.revision <= safe) waiter.finish(true);
  }

  /** Begins again at nothing; those who wait go on waiting. */
  restart(): void {
    this.#safe = 0;
  }

  /** Lets everybody go unsatisfied. */
  dismiss(): void {
    for (const waiter of this.#waiters) waiter.finish(false);
  }
}
