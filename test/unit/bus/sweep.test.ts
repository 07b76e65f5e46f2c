import { describe, expect, test } from '@jest/globals';

import { Sweep } from '../../../src/bus/sweep.ts';
import type { Clock } from '../../../src/platform/clock.ts';

/** One timer, fired by hand, as late as the test likes. */
class HandClock implements Clock {
  now = 0;
  action: (() => void) | undefined;

  nowMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  after(_delayMs: number, action: () => void): { cancel(): void } {
    this.action = action;
    return { cancel: () => (this.action = undefined) };
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }

  fireAt(nowMs: number): void {
    this.now = nowMs;
    const { action } = this;
    this.action = undefined;
    action?.();
  }
}

describe('a sweep', () => {
  test('has no timer when there is nothing left to look at', () => {
    const clock = new HandClock();
    const left = [true, false];
    const sweep = new Sweep(clock, 100, () => left.shift() ?? false);
    expect(clock.action).toBeUndefined();
    sweep.start();
    clock.fireAt(100);
    expect(clock.action).toBeDefined();
    clock.fireAt(200);
    expect(clock.action).toBeUndefined();
  });

  test('does not judge right after the process was deaf', () => {
    const clock = new HandClock();
    const looks: number[] = [];
    const sweep = new Sweep(clock, 100, (nowMs) => looks.push(nowMs) < 9);
    sweep.start();
    clock.fireAt(20_000);
    expect(looks).toEqual([]);
    clock.fireAt(20_100);
    expect(looks).toEqual([20_100]);
  });

  test('stops', () => {
    const clock = new HandClock();
    const sweep = new Sweep(clock, 100, () => true);
    sweep.start();
    sweep.stop();
    expect(clock.action).toBeUndefined();
  });
});
