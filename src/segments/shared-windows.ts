// Windows in memory that the seal workers see too: a fixed number of slots in one shared buffer.
//
// Owns: which slots are free. Refuses: waiting for one (who gets none works in memory of its own).
// Invariants:
//   H1. A slot has one user at a time, this thread or the worker that was asked: it is given back only when no job and no disk
//       operation touches it any more.

import { WINDOW_BYTES } from './extent.ts';

/** 32 writers of large shards, each with a window that fills and one on its way, or as many readers: 16 MiB. */
export const SHARED_WINDOWS = 64;

export class SharedWindows {
  readonly memory = new SharedArrayBuffer(SHARED_WINDOWS * WINDOW_BYTES);
  readonly #free = Array.from({ length: SHARED_WINDOWS }, (_, slot) => SHARED_WINDOWS - 1 - slot);

  take(): Buffer | undefined {
    const slot = this.#free.pop();
    return slot === undefined ? undefined : windowAt(this.memory, slot);
  }

  give(window: Buffer): void {
    this.#free.push(this.slotOf(window));
  }

  has(window: Buffer): boolean {
    return window.buffer === this.memory;
  }

  slotOf(window: Buffer): number {
    return window.byteOffset / WINDOW_BYTES;
  }
}

/** The window of a slot, as any thread that has the memory sees it. */
export function windowAt(memory: SharedArrayBuffer, slot: number): Buffer {
  return Buffer.from(memory, slot * WINDOW_BYTES, WINDOW_BYTES);
}
