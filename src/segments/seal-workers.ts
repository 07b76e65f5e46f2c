// Threads that seal and open fragments, so that the main thread is free for others meanwhile (decision 0008).
//
// Owns: the threads, the shared windows, what each thread was asked. Refuses: disk operations (libuv's threads do them), deciding what is
// worth a thread: whoever holds a shared window asks.
// Invariants:
//   T1. A job ends once: with the worker's answer, or failed when its worker is gone. It fails only after the thread has ended, so
//       that nobody else touches the window any more.
//   T2. While no worker lives, jobs are done on this thread: a store never depends on them.

import { Worker } from 'node:worker_threads';
import { PredastoreError, messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { CounterMetric } from '../platform/metrics.ts';
import type { KeyRing } from './data-key.ts';
import {
  corruptRun,
  doTask,
  type FragmentRun,
  type SealAnswer,
  type SealJob,
  type SealTask,
  type SealWorkerData,
} from './seal-job.ts';
import { SharedWindows } from './shared-windows.ts';

/** What is used of a thread. */
export interface SealThread {
  postMessage(job: SealJob): void;
  on(event: 'message', listener: (answer: SealAnswer) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  terminate(): Promise<unknown>;
}

export interface SealWorkersParts {
  readonly count: number;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Workers that ended although nobody asked them to. */
  readonly lost: CounterMetric;
  readonly startThread?: (data: SealWorkerData) => SealThread;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Hand {
  readonly thread: SealThread;
  readonly jobs: Map<number, Waiting>;
}

/** A worker that ended is replaced, but not in a circle: at most one start in this time. */
const REPLACE_PAUSE_MS = 1000;

export class SealWorkers {
  readonly windows = new SharedWindows();
  readonly #parts: SealWorkersParts;
  readonly #hands = new Set<Hand>();
  #jobs = 0;
  #replaceableAtMs = -Infinity;
  #isClosing = false;

  constructor(parts: SealWorkersParts) {
    this.#parts = parts;
    while (this.#hands.size < parts.count) this.#hire();
  }

  /** Whether a window lies where the workers see it. */
  reaches(window: Buffer): boolean {
    return this.windows.has(window);
  }

  /** Does a task in a shared window. Throws `shard-corrupt`; `store-failed` when the worker ended meanwhile. */
  async run(task: SealTask, run: FragmentRun, window: Buffer): Promise<void> {
    this.#replaceLost();
    const hand = this.#idlest();
    if (hand === undefined) {
      const corrupt = doTask(task, run, this.#parts.keys.get(run.extent.keyEpoch), window);
      if (corrupt !== undefined) throw corruptRun(corrupt);
      return;
    }
    this.#jobs += 1;
    const job = jobOf(this.#jobs, task, run, this.windows.slotOf(window));
    await new Promise<void>((resolve, reject) => {
      hand.jobs.set(job.id, { resolve, reject });
      hand.thread.postMessage(job);
    });
  }

  /** Ends the threads; with them go their handles to the keys. Jobs that are still running fail. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.#hands].map(({ thread }) => thread.terminate()));
  }

  #idlest(): Hand | undefined {
    let best: Hand | undefined;
    for (const hand of this.#hands) if (best === undefined || hand.jobs.size < best.jobs.size) best = hand;
    return best;
  }

  #replaceLost(): void {
    if (this.#isClosing || this.#hands.size === this.#parts.count) return;
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs < this.#replaceableAtMs) return;
    this.#replaceableAtMs = nowMs + REPLACE_PAUSE_MS;
    this.#hire();
  }

  #hire(): void {
    const { keys, logger, startThread = startWorker } = this.#parts;
    const thread = startThread({ memory: this.windows.memory, keys: keys.all });
    const hand: Hand = { thread, jobs: new Map() };
    this.#hands.add(hand);
    thread.on('message', ({ id, corrupt }) => {
      const waiting = hand.jobs.get(id);
      hand.jobs.delete(id);
      if (corrupt === undefined) waiting?.resolve();
      else waiting?.reject(corruptRun(corrupt));
    });
    // The end follows in any case.
    thread.on('error', (error) => logger.error('a seal worker failed', { reason: messageOf(error) }));
    thread.on('exit', () => this.#bury(hand));
  }

  #bury(hand: Hand): void {
    this.#hands.delete(hand);
    if (!this.#isClosing) {
      this.#parts.lost.add(1);
      this.#parts.logger.error('a seal worker ended', { jobs: hand.jobs.size });
    }
    for (const { reject } of hand.jobs.values()) {
      reject(new PredastoreError('store-failed', 'the worker that sealed for this shard has ended'));
    }
    hand.jobs.clear();
  }
}

function startWorker(workerData: SealWorkerData): SealThread {
  return new Worker(new URL('./seal-worker.js', import.meta.url), { workerData, name: 'seal' });
}

/** Plain copies: a slice of one of Node's pooled buffers would be cloned with the whole pool. */
function jobOf(id: number, task: SealTask, run: FragmentRun, slot: number): SealJob {
  const { identity, extent, first, count } = run;
  const objectHash = new Uint8Array(identity.objectHash);
  return { id, task, slot, first, count, extent, identity: { key: identity.key, objectHash } };
}
