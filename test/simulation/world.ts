// A world without real time: everything that would take time is an event, and one seed decides in which order they happen.
//
// Owns: events that wait to happen (disk operations, messages, timers), the clock. Refuses: knowing what an event does.
// Invariants:
//   W1. Between two events every promise that can settle has settled: the next event sees the consequences of the last one.
//   W2. Nothing but the seed decides the order. Work that uses real time, threads or sockets must stay outside.

import type { Clock, Timer } from '../../src/platform/clock.ts';
import { Chance } from './chance.ts';

/** What carries out an operation of a simulated device. */
export interface Stepper {
  step<T>(run: () => T): Promise<T>;
}

/** Operations happen at once, one promise turn later: for checks that need no interleaving. */
export const atOnce: Stepper = {
  step: async (run) => run(),
};

interface WaitingTimer {
  readonly dueMs: number;
  readonly action: () => void;
}

/** Simulated milliseconds that one event takes. */
const EVENT_MS = 0.05;
/** Turns of the real loop without an event after which none will come of itself: calls that need no disk follow one another. */
const IDLE_TURNS = 200;
const EPOCH_MS = Date.UTC(2026, 0, 1);

export class World implements Stepper {
  readonly chance: Chance;
  readonly clock: Clock;
  /** Called before every event, when all promises are at rest. The world waits for it. */
  onRest: () => Promise<void> | void = () => undefined;
  /** How many events have happened. */
  steps = 0;
  readonly #events: (() => void)[] = [];
  readonly #timers = new Set<WaitingTimer>();
  #nowMs = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
    this.clock = {
      nowMs: () => EPOCH_MS + Math.floor(this.#nowMs),
      monotonicMs: () => this.#nowMs,
      after: (delayMs, action) => this.#after(delayMs, action),
      sleep: (delayMs, signal) => this.#sleep(delayMs, signal),
    };
  }

  /** `run` happens as one event, some time later; what it throws rejects. */
  step<T>(run: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#events.push(() => resolve(atOnce.step(run)));
    });
  }

  /** Lets events happen until `work` has settled. Work that waits for nothing that can happen is an error. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const ending = { settled: false };
    const result = work().finally(() => (ending.settled = true));
    result.catch(() => undefined);
    for (;;) {
      await rest();
      // The engine itself may wait for the end of a turn: nothing to do means nothing to do for a while.
      for (let turn = 0; turn < IDLE_TURNS && this.#events.length === 0 && !ending.settled; turn += 1)
        await rest();
      if (ending.settled) return result;
      await this.onRest();
      this.#nowMs += EVENT_MS;
      this.steps += 1;
      if (!this.#happen()) throw new Error('the simulated work waits for something that never happens');
    }
  }

  /** Due timers first, then any waiting event; when there is none, time passes until the next timer. */
  #happen(): boolean {
    const timer = this.#nextTimer();
    if (timer !== undefined && (timer.dueMs <= this.#nowMs || this.#events.length === 0)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.action();
      return true;
    }
    const at = this.chance.below(this.#events.length);
    const [event] = this.#events.splice(at, 1);
    event?.();
    return event !== undefined;
  }

  #nextTimer(): WaitingTimer | undefined {
    let next: WaitingTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueMs < next.dueMs) next = timer;
    return next;
  }

  #after(delayMs: number, action: () => void): Timer {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), action };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  #sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = this.#after(delayMs, finish);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }
}

/** Resolves when every promise that can settle has: the loop turns only then. */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
