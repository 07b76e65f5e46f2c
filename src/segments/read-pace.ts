// Decides whether a small read may block the thread.
//
// Reading one fragment through Node's pool costs three to five times the CPU of reading it from the page cache on this thread
// (scripts/bench/segments.ts: 147 against 35 µs a read, all included, on a busy machine). A cold read, though, would hold up every
// request of the node. So small reads block while they are answered at once; after one that was not, all reads go through the pool for
// a while: at worst one slow read per pause blocks.

import type { Clock } from '../platform/clock.ts';

/** Longer than a copy from memory and than flash, shorter than a disk that has to seek. */
const SLOW_READ_MS = 2;
const PAUSE_MS = 250;

export class ReadPace {
  readonly #clock: Clock;
  readonly #blockingBytesMax: number;
  #pausedUntilMs = -Infinity;

  constructor(clock: Clock, blockingBytesMax: number) {
    this.#clock = clock;
    this.#blockingBytesMax = blockingBytesMax;
  }

  mayBlock(bytes: number): boolean {
    return bytes <= this.#blockingBytesMax && this.#clock.monotonicMs() >= this.#pausedUntilMs;
  }

  /** Runs a blocking read and learns from how long it took. */
  run(read: () => number): number {
    const begunMs = this.#clock.monotonicMs();
    try {
      return read();
    } finally {
      const endedMs = this.#clock.monotonicMs();
      if (endedMs - begunMs > SLOW_READ_MS) this.#pausedUntilMs = endedMs + PAUSE_MS;
    }
  }
}
