// A grace is a grace, whatever is done to the wall clock.

import { expect, test } from '@jest/globals';
import { ReclaimClock } from '../../../src/metadata/reclaim-clock.ts';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';

const GRACE_MS = 60_000;

function clocks() {
  const time = { wallMs: 1_000_000_000, monotonicMs: 5_000 };
  const clock: Clock = {
    ...systemClock,
    nowMs: () => time.wallMs,
    monotonicMs: () => time.monotonicMs,
  };
  const pass = (ms: number): void => {
    time.wallMs += ms;
    time.monotonicMs += ms;
  };
  return { time, pass, reclaim: new ReclaimClock(clock) };
}

test('what was stamped a grace ago is ripe, what came later is not', () => {
  const { time, pass, reclaim } = clocks();
  pass(GRACE_MS);
  const stampedMs = time.wallMs;
  pass(GRACE_MS - 1);
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBeLessThan(stampedMs);
  pass(1);
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBe(stampedMs);
});

test('a clock that is set forward, or that runs on while the machine sleeps, makes nothing ripe before its time', () => {
  const { time, pass, reclaim } = clocks();
  pass(2 * GRACE_MS);
  reclaim.ripeBeforeMs(GRACE_MS);
  const stampedMs = time.wallMs;
  pass(1_000);
  time.wallMs += 86_400_000;
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBe(0);
  pass(GRACE_MS - 1);
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBe(0);
  pass(1);
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBeGreaterThan(stampedMs);
});

test('a clock that is set back makes nothing ripe sooner', () => {
  const { time, pass, reclaim } = clocks();
  pass(2 * GRACE_MS);
  const stampedMs = time.wallMs;
  time.wallMs -= 3_600_000;
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBe(0);
  pass(GRACE_MS);
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBeLessThan(stampedMs);
});

test('nobody knows what the clock was before the process began: the first grace is waited for', () => {
  const { pass, reclaim } = clocks();
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBe(0);
  pass(GRACE_MS);
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBeGreaterThan(0);
});

test('slow corrections of the clock are followed', () => {
  const { time, pass, reclaim } = clocks();
  for (let look = 0; look < 100; look += 1) {
    pass(5_000);
    time.wallMs += 50;
    reclaim.ripeBeforeMs(GRACE_MS);
  }
  expect(reclaim.ripeBeforeMs(GRACE_MS)).toBe(time.wallMs - GRACE_MS);
});
