// Whether this process has room for more work: event loop, memory and file descriptors, watched, and said in one word.
//
// Owns: the looks and the judgement. Refuses: refusing (whoever admits work asks `reason`), and what operators ask: that is always answered.
// Invariants:
//   1. One stall is no pressure: the event loop counts as late when it was late in every tick of LOOP_WINDOW_MS.
//   2. Pressure ends below a lower mark than it begins at, so that admission does not flutter.

import type { Clock, Timer } from './clock.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What is measured, at this moment. A limit of zero: none is known. */
export interface ProcessReading {
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly heapBytes: number;
  readonly heapLimitBytes: number;
  readonly descriptors: number;
  readonly descriptorsLimit: number;
}

export type PressureKind = 'event-loop' | 'memory' | 'heap' | 'descriptors';

/** Answers why no more work is taken just now; undefined: it is. */
export type PressureGauge = () => PressureKind | undefined;

export interface PressureOptions {
  readonly read: () => ProcessReading;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const TICK_MS = 100;
/** Reading memory and descriptors costs some milliseconds where there are thousands. */
const READ_EVERY_TICKS = 10;
/** Clients wait longer than this for every turn of the loop: more of them would only make all wait longer. */
const LOOP_LATE_MS = 500;
const LOOP_WINDOW_MS = 3_000;
const USED_HIGH = 0.9;
const USED_LOW = 0.85;

const KINDS: readonly PressureKind[] = ['event-loop', 'memory', 'heap', 'descriptors'];

export class PressureWatch {
  readonly #options: PressureOptions;
  readonly #pressed = new Set<PressureKind>();
  readonly #gauge;
  #timer: Timer | undefined;
  #expectedMs = 0;
  #onTimeMs = 0;
  #ticks = 0;

  constructor(options: PressureOptions) {
    this.#options = options;
    this.#gauge = options.metrics.gauge(
      'predastore_pressure',
      '1 while the node refuses work because of what is named: 503 SlowDown',
      ['kind'],
    );
    for (const kind of KINDS) this.#gauge.set(0, { kind });
  }

  /** Why no more work is taken; undefined: it is. */
  readonly reason: PressureGauge = () => this.#pressed.values().next().value;

  start(): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#onTimeMs = nowMs;
    this.#look();
    this.#tickLater(nowMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tickLater(nowMs: number): void {
    this.#expectedMs = nowMs + TICK_MS;
    this.#timer = this.#options.clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#expectedMs < LOOP_LATE_MS) this.#onTimeMs = nowMs;
    this.#set('event-loop', nowMs - this.#onTimeMs >= LOOP_WINDOW_MS);
    this.#ticks += 1;
    if (this.#ticks % READ_EVERY_TICKS === 0) this.#look();
    this.#tickLater(nowMs);
  }

  #look(): void {
    const reading = this.#options.read();
    this.#judge('memory', reading.memoryBytes, reading.memoryLimitBytes);
    this.#judge('heap', reading.heapBytes, reading.heapLimitBytes);
    this.#judge('descriptors', reading.descriptors, reading.descriptorsLimit);
  }

  #judge(kind: PressureKind, used: number, limit: number): void {
    const mark = this.#pressed.has(kind) ? USED_LOW : USED_HIGH;
    this.#set(kind, limit > 0 && used >= limit * mark);
  }

  #set(kind: PressureKind, isPressed: boolean): void {
    if (this.#pressed.has(kind) === isPressed) return;
    const { logger } = this.#options;
    if (isPressed) this.#pressed.add(kind);
    else this.#pressed.delete(kind);
    this.#gauge.set(isPressed ? 1 : 0, { kind });
    if (isPressed) logger.error('under pressure: requests are refused', { kind, ...this.#options.read() });
    else logger.warn('the pressure is over: requests are taken', { kind });
  }
}
