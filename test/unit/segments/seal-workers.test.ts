// Seal workers with threads that answer, lie low and die as the test says. Real threads: test/integration/segments/seal-workers.test.ts.

import { describe, expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { createKeySlot, unwrapWith } from '../../../src/segments/data-key.ts';
import { FRAGMENT_BYTES, FRAGMENT_HEADER_BYTES } from '../../../src/segments/extent.ts';
import { FragmentCodec } from '../../../src/segments/fragment.ts';
import { doTask, type SealJob, type SealWorkerData } from '../../../src/segments/seal-job.ts';
import { SealWorkers, type SealThread } from '../../../src/segments/seal-workers.ts';
import { SHARED_WINDOWS, windowAt } from '../../../src/segments/shared-windows.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { MASTER_KEY, bytesOf, hashOf, keyOf } from '../../support/segment-stores.ts';

const STORE_ID = Buffer.alloc(16, 3);
const KEYS = unwrapWith([MASTER_KEY], STORE_ID, [createKeySlot(MASTER_KEY, STORE_ID, 1, systemRandom)]).keys;
const COUNT = 10;
const identity = { key: keyOf(1), objectHash: hashOf(keyOf(1)) };
const extent = {
  segment: 1,
  offset: 4096,
  firstFragment: 77,
  shardNumber: 5,
  lengthBytes: COUNT * 8192 - 100,
  keyEpoch: 1,
};
const RUN = { identity, extent, first: 0, count: COUNT };
const TEXT = Buffer.concat([bytesOf(keyOf(1), extent.lengthBytes), Buffer.alloc(100)]);

/** A thread that does its jobs when it is told to. */
class HandThread extends EventEmitter implements SealThread {
  readonly jobs: SealJob[] = [];
  readonly #data: SealWorkerData;

  constructor(data: SealWorkerData) {
    super();
    this.#data = data;
  }

  postMessage(job: SealJob): void {
    this.jobs.push(job);
  }

  work(): void {
    for (const job of this.jobs.splice(0)) {
      const corrupt = doTask(job.task, job, KEYS.get(1), windowAt(this.#data.memory, job.slot));
      this.emit('message', { id: job.id, ...(corrupt === undefined ? {} : { corrupt }) });
    }
  }

  die(): void {
    this.jobs.length = 0;
    this.emit('error', new Error('out of memory'));
    this.emit('exit', 1);
  }

  terminate(): Promise<void> {
    this.emit('exit', 0);
    return Promise.resolve();
  }
}

function workersOf(count: number) {
  const threads: HandThread[] = [];
  const clock = new HandClock();
  let lost = 0;
  const startThread = (data: SealWorkerData): HandThread => {
    const thread = new HandThread(data);
    threads.push(thread);
    return thread;
  };
  const counter = { add: (amount: number) => (lost += amount) };
  const workers = new SealWorkers({
    count,
    keys: KEYS,
    clock,
    logger: silentLogger,
    lost: counter,
    startThread,
  });
  return { workers, threads, clock, lost: () => lost };
}

function bareWindow(workers: SealWorkers): Buffer {
  const window = workers.windows.take()!;
  for (let at = 0; at < COUNT; at += 1) {
    TEXT.copy(window, at * FRAGMENT_BYTES + FRAGMENT_HEADER_BYTES, at * 8192, (at + 1) * 8192);
  }
  return window;
}

const SEALED = Buffer.alloc(COUNT * FRAGMENT_BYTES);
const codec = new FragmentCodec(KEYS.get(1), identity, extent);
for (let at = 0; at < COUNT; at += 1) {
  codec.seal(at, TEXT.subarray(at * 8192, (at + 1) * 8192), SEALED, at * FRAGMENT_BYTES);
}

describe('a seal worker', () => {
  test('seals, proves and opens in place what this thread would', async () => {
    const { workers, threads } = workersOf(1);
    const window = bareWindow(workers);
    const sealing = workers.run('seal', RUN, window);
    threads[0]!.work();
    await sealing;
    expect(window.subarray(0, SEALED.length).equals(SEALED)).toBe(true);
    const proving = workers.run('prove', RUN, window);
    threads[0]!.work();
    await proving;
    expect(window.subarray(0, SEALED.length).equals(SEALED)).toBe(true);
    const opening = workers.run('open', RUN, window);
    threads[0]!.work();
    await opening;
    expect(window.subarray(0, extent.lengthBytes).equals(TEXT.subarray(0, extent.lengthBytes))).toBe(true);
  });

  test('says which fragment is damaged', async () => {
    const { workers, threads } = workersOf(1);
    for (const task of ['open', 'prove'] as const) {
      const window = workers.windows.take()!;
      SEALED.copy(window);
      window[7 * FRAGMENT_BYTES + 500]! ^= 1;
      const opening = workers.run(task, RUN, window);
      threads[0]!.work();
      const message = expect.stringMatching(/fragment 7 /);
      await expect(opening).rejects.toMatchObject({ code: 'shard-corrupt', message });
    }
  });

  test('that dies fails its jobs, and no others; another takes its place, after a pause', async () => {
    const { workers, threads, clock, lost } = workersOf(2);
    const windows = [bareWindow(workers), bareWindow(workers), bareWindow(workers)];
    const ends = windows.map((window) => workers.run('seal', RUN, window));
    expect(threads.map(({ jobs }) => jobs.length)).toEqual([2, 1]);
    const both = Promise.allSettled(ends);
    threads[0]!.die();
    threads[1]!.work();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    await expect(ends[0]).rejects.toMatchObject({ code: 'store-failed' });
    expect(lost()).toBe(1);
    const jobs = () => threads.map((thread) => thread.jobs.length);
    const next = [1, 2].map(() => workers.run('seal', RUN, bareWindow(workers)));
    expect(jobs()).toEqual([0, 1, 1]);
    const settled = Promise.allSettled(next);
    threads[2]!.die();
    threads[1]!.work();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    // Not in a circle: the one that is left does the work until a while has passed.
    const later = workers.run('seal', RUN, bareWindow(workers));
    expect(jobs()).toEqual([0, 1, 0]);
    clock.advance(1000);
    const last = workers.run('seal', RUN, bareWindow(workers));
    expect(jobs()).toEqual([0, 1, 0, 1]);
    threads[1]!.work();
    threads[3]!.work();
    await Promise.all([later, last]);
  });

  test('is not needed: without any, this thread seals', async () => {
    const { workers, threads } = workersOf(1);
    const failing = workers.run('seal', RUN, bareWindow(workers));
    threads[0]!.die();
    await expect(failing).rejects.toMatchObject({ code: 'store-failed' });
    const replaced = workers.run('seal', RUN, bareWindow(workers));
    threads[1]!.die();
    await expect(replaced).rejects.toMatchObject({ code: 'store-failed' });
    const window = bareWindow(workers);
    await workers.run('seal', RUN, window);
    expect(window.subarray(0, SEALED.length).equals(SEALED)).toBe(true);
    window[500]! ^= 1;
    await expect(workers.run('open', RUN, window)).rejects.toMatchObject({ code: 'shard-corrupt' });
  });

  test('ends with the store, and is not replaced', async () => {
    const { workers, threads, lost } = workersOf(2);
    const running = workers.run('seal', RUN, bareWindow(workers));
    const failed = expect(running).rejects.toMatchObject({ code: 'store-failed' });
    await workers.close();
    await failed;
    expect(threads.length).toBe(2);
    expect(lost()).toBe(0);
  });
});

test('shared windows are a fixed number, each with one user', () => {
  const { windows } = workersOf(1).workers;
  const all = Array.from({ length: SHARED_WINDOWS }, () => windows.take()!);
  expect(new Set(all.map((window) => windows.slotOf(window))).size).toBe(SHARED_WINDOWS);
  expect(windows.take()).toBeUndefined();
  windows.give(all[5]!);
  expect(windows.slotOf(windows.take()!)).toBe(windows.slotOf(all[5]!));
});
