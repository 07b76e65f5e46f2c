// Buffers of one window, used again: a fresh 256 KiB per disk operation would be zeroed and collected every time.

import { WINDOW_BYTES } from './extent.ts';

/** Idle windows kept: 8 MiB. */
const IDLE_MAX = 32;

export class WindowPool {
  readonly #idle: Buffer[] = [];

  /** A window of at least `bytes`; small ones are made to measure and not kept. */
  take(bytes: number): Buffer {
    if (bytes <= WINDOW_BYTES / 4) return Buffer.allocUnsafe(bytes);
    return this.#idle.pop() ?? Buffer.allocUnsafeSlow(WINDOW_BYTES);
  }

  /** Nobody may hold on to `window` afterwards. */
  give(window: Buffer): void {
    if (window.length === WINDOW_BYTES && this.#idle.length < IDLE_MAX) this.#idle.push(window);
  }
}
