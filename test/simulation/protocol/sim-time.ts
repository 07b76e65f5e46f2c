// Simulated time: nothing happens but what was scheduled, in one order, which the seed decides.
//
// Invariants:
//   1. Between two events every promise that can go on has gone on: an event sees the whole effect of the one before.
//   2. Real time and the real event loop decide nothing.

import { createHash, type Hash } from 'node:crypto';
import type { Clock, Timer } from '../../../src/platform/clock.ts';

interface ScheduledEvent {
  readonly atMs: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/** The wall clock of the simulated world starts here; only its differences matter. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

export class SimTime {
  nowMs = 0;
  steps = 0;
  /** Turns of the real loop after which everything that can go on has: the real engine waits for the end of turns itself. */
  turns = 1;
  readonly #heap: ScheduledEvent[] = [];
  readonly #trace: Hash = createHash('sha256');
  #order = 0;

  /** Adds to the trace by which two runs are compared. */
  note(text: string): void {
    this.#trace.update(`${this.nowMs} ${text}\n`);
  }

  traceDigest(): string {
    return this.#trace.copy().digest('hex');
  }

  after(delayMs: number, action: () => void): Timer {
    const event: ScheduledEvent = {
      atMs: this.nowMs + Math.max(0, delayMs),
      order: (this.#order += 1),
      action,
    };
    this.#push(event);
    return {
      cancel: () => {
        event.action = undefined;
      },
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Runs until `isOver` or until nothing is left to happen before `untilMs`; `afterStep` may throw. */
  async run(untilMs: number, isOver: () => boolean, afterStep: () => void): Promise<void> {
    await this.#settle();
    while (!isOver()) {
      const event = this.#pop();
      if (event === undefined) return;
      if (event.atMs > untilMs) {
        this.#push(event);
        this.nowMs = untilMs;
        return;
      }
      const { action } = event;
      if (action === undefined) continue;
      this.nowMs = event.atMs;
      this.steps += 1;
      action();
      await this.#settle();
      afterStep();
    }
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < this.turns; turn += 1) await endOfTurn();
  }

  #push(event: ScheduledEvent): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): ScheduledEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Every microtask runs before the next turn of the loop; nothing of the code under test waits for real I/O. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One process: what it scheduled dies with it. */
export class Incarnation {
  readonly node: number;
  readonly clock: Clock;
  readonly ended: Promise<'ended'>;
  /** How far the wall clock of this machine is off; it may jump. */
  skewMs: number;
  #alive = true;
  #end: (how: 'ended') => void = () => undefined;

  constructor(time: SimTime, node: number, skewMs: number) {
    this.node = node;
    this.skewMs = skewMs;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.clock = {
      nowMs: () => EPOCH_MS + Math.floor(time.nowMs) + this.skewMs,
      monotonicMs: () => time.nowMs,
      after: (delayMs, action) => time.after(delayMs, () => this.alive && action()),
      sleep: (delayMs, signal) =>
        new Promise((resolve) => {
          const finish = (): void => {
            timer.cancel();
            signal?.removeEventListener('abort', finish);
            resolve();
          };
          const timer = time.after(delayMs, () => this.alive && finish());
          if (signal?.aborted === true) finish();
          else signal?.addEventListener('abort', finish, { once: true });
        }),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** kill -9: nothing that this process was waiting for ever comes. */
  kill(): void {
    this.#alive = false;
    this.#end('ended');
  }

  /** Passes a result on while the process lives; a dead one waits for ever. */
  async whileAlive<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      return this.alive ? result : await never();
    } catch (error) {
      if (this.alive) throw error;
      return never();
    }
  }
}

export function never(): Promise<never> {
  return new Promise(() => undefined);
}
