// Shared work keeps to its rate, however many workers share it, and whoever is told to stop does not wait.

import { expect, test } from '@jest/globals';
import { Pace } from '../../../src/maintenance/pace.ts';
import type { Clock } from '../../../src/platform/clock.ts';

/** Time that passes only by sleeping; sleepers of one turn sleep side by side. */
class SleepingClock implements Clock {
  now = 0;
  nowMs = (): number => this.now;
  monotonicMs = (): number => this.now;
  after = (): never => {
    throw new Error('not used');
  };
  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const end = this.now + delayMs;
    await Promise.resolve();
    this.now = Math.max(this.now, end);
  }
}

test('four workers together move no more than the rate', async () => {
  const clock = new SleepingClock();
  const pace = new Pace(clock, 1_000_000);
  let moved = 0;
  const worker = async (): Promise<void> => {
    for (let n = 0; n < 25; n += 1) {
      await pace.take(10_000);
      moved += 10_000;
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(moved).toBe(1_000_000);
  // A second of bytes less the burst that was saved up and the last piece, which nobody waits for.
  expect(clock.now).toBeGreaterThanOrEqual(700);
  expect(clock.now).toBeLessThanOrEqual(1_000);
});

test('time in which nothing was moved is not saved up', async () => {
  const clock = new SleepingClock();
  const pace = new Pace(clock, 1_000);
  clock.now = 3_600_000;
  await pace.take(1_000);
  await pace.take(1_000);
  expect(clock.now - 3_600_000).toBeGreaterThanOrEqual(700);
});

test('a worker that is told to stop does not wait for its turn', async () => {
  const clock = new SleepingClock();
  const pace = new Pace(clock, 1);
  await pace.take(1_000_000);
  await pace.take(1, AbortSignal.abort());
  expect(clock.now).toBe(0);
});
