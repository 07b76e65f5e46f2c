// Buffers of fragments, used again: a fresh one per disk operation would be allocated, zeroed and collected every time.

import { FRAGMENT_BYTES, WINDOW_BYTES, WINDOW_FRAGMENTS } from './extent.ts';
import type { SharedWindows } from './shared-windows.ts';

/** Idle whole windows kept: 8 MiB. */
const IDLE_WINDOWS_MAX = 32;
/** Up to this many fragments a buffer is made to measure; of each length this many are kept idle, 9 MiB together. */
const SMALL_FRAGMENTS = 8;
const IDLE_SMALL_MAX = 32;

export class WindowPool {
  /** By length in fragments. */
  readonly #idle: Buffer[][] = Array.from({ length: WINDOW_FRAGMENTS + 1 }, () => []);

  readonly #shared: SharedWindows | undefined;

  /** Whole windows come from `shared` as long as it has any. */
  constructor(shared?: SharedWindows) {
    this.#shared = shared;
  }

  /** A buffer of at least `bytes`, a whole number of fragments up to a window. Its contents are arbitrary. */
  take(bytes: number): Buffer {
    const fragments = Math.ceil(bytes / FRAGMENT_BYTES);
    const length = fragments <= SMALL_FRAGMENTS ? fragments : WINDOW_FRAGMENTS;
    const shared = length === WINDOW_FRAGMENTS ? this.#shared?.take() : undefined;
    return shared ?? this.#idle[length]?.pop() ?? Buffer.allocUnsafeSlow(length * FRAGMENT_BYTES);
  }

  /** Nobody may hold on to `window` afterwards. */
  give(window: Buffer): void {
    if (this.#shared?.has(window) === true) {
      this.#shared.give(window);
      return;
    }
    const idle = this.#idle[window.length / FRAGMENT_BYTES];
    const keep = window.length === WINDOW_BYTES ? IDLE_WINDOWS_MAX : IDLE_SMALL_MAX;
    if (idle !== undefined && idle.length < keep) idle.push(window);
  }
}
