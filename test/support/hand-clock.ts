// A clock that stands still until a test moves it. Timers are the system's.

import { systemClock, type Clock } from '../../src/platform/clock.ts';

export class HandClock implements Clock {
  #ms = 1_000_000;

  advance(ms: number): void {
    this.#ms += ms;
  }

  nowMs(): number {
    return this.#ms;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  after(delayMs: number, action: () => void): ReturnType<Clock['after']> {
    return systemClock.after(delayMs, action);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(delayMs, signal);
  }
}
