// When a process says that it has no room for more work, and when it takes that back.

import { expect, test } from '@jest/globals';
import { silentLogger } from '../../../src/platform/log.ts';
import { Limiter } from '../../../src/platform/limiter.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { PressureWatch, type ProcessReading } from '../../../src/platform/pressure.ts';
import { readProcess } from '../../../src/platform/process-reading.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const EASE: ProcessReading = {
  memoryBytes: 10,
  memoryLimitBytes: 100,
  heapBytes: 10,
  heapLimitBytes: 100,
  descriptors: 10,
  descriptorsLimit: 100,
};

/** A clock whose timers come late. */
class LateClock extends ManualClock {
  lateMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.lateMs;
  }
}

function watched(clock = new LateClock()) {
  const state = { reading: EASE };
  const watch = new PressureWatch({
    read: () => state.reading,
    clock,
    logger: silentLogger,
    metrics: noMetrics,
  });
  watch.start();
  return { watch, clock, state };
}

test.each([
  ['memory', { memoryBytes: 90 }, { memoryBytes: 86 }, { memoryBytes: 84 }],
  ['heap', { heapBytes: 90 }, { heapBytes: 86 }, { heapBytes: 84 }],
  ['descriptors', { descriptors: 95 }, { descriptors: 86 }, { descriptors: 84 }],
] as const)('%s: from nine tenths of the limit on, until well below', async (kind, high, still, low) => {
  const { watch, clock, state } = watched();
  expect(watch.reason()).toBeUndefined();
  for (const [change, expected] of [
    [high, kind],
    [still, kind],
    [low, undefined],
    [still, undefined],
  ] as const) {
    state.reading = { ...EASE, ...change };
    await clock.advance(1_000);
    expect(watch.reason()).toBe(expected);
  }
  watch.stop();
});

test('a limit that is not known is none', async () => {
  const { watch, clock, state } = watched();
  state.reading = { ...EASE, descriptors: 1e6, descriptorsLimit: 0 };
  await clock.advance(1_000);
  expect(watch.reason()).toBeUndefined();
  watch.stop();
});

test('one stall of the event loop is no pressure; being late all the time is', async () => {
  const { watch, clock } = watched();
  clock.lateMs += 60_000;
  await clock.advance(100);
  await clock.advance(100);
  expect(watch.reason()).toBeUndefined();
  for (let turn = 0; turn < 6; turn += 1) {
    clock.lateMs += 600;
    await clock.advance(100);
  }
  expect(watch.reason()).toBe('event-loop');
  await clock.advance(100);
  expect(watch.reason()).toBeUndefined();
  watch.stop();
});

test('a limiter that is closed refuses whoever comes, and lets in who waits', async () => {
  let reason: string | undefined;
  const limiter = new Limiter(1, 1, undefined, () => reason);
  const release = await limiter.acquire();
  const waiting = limiter.acquire();
  reason = 'memory';
  await expect(limiter.acquire()).rejects.toMatchObject({ code: 'overloaded' });
  release();
  (await waiting)();
  reason = undefined;
  (await limiter.acquire())();
  expect(limiter.busy).toBe(0);
});

test('what a process really uses is below what it may', () => {
  const reading = readProcess();
  expect(reading.memoryBytes).toBeGreaterThan(1_000_000);
  expect(reading.memoryBytes).toBeLessThan(reading.memoryLimitBytes);
  expect(reading.heapBytes).toBeLessThan(reading.heapLimitBytes);
  expect(reading.descriptors).toBeGreaterThan(2);
  expect(reading.descriptors).toBeLessThan(reading.descriptorsLimit);
});
