// A clock whose waits are shortened, so that bounds of seconds are tested in milliseconds.

import { systemClock, type Clock } from '../../src/platform/clock.ts';

export function fastClock(factor: number): Clock {
  return {
    nowMs: () => systemClock.nowMs(),
    monotonicMs: () => systemClock.monotonicMs() * factor,
    after: (delayMs, action) => systemClock.after(delayMs / factor, action),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / factor, signal),
  };
}
