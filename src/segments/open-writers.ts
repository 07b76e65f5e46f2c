// Writers that were begun and have not ended. One whose owner forgot it would hold its extent, and with it a segment, for ever.
//
// Owns: finding those without progress. Refuses: timers (compaction asks at every pass).

import { WRITER_IDLE_TIMEOUT_MS } from '../core/limits.ts';

/** The part of a writer that is watched here. */
export interface WatchedWriter {
  readonly name: string;
  /** Grows with every byte taken. */
  readonly receivedBytes: number;
  /** No call of the owner is running. */
  readonly isIdle: boolean;
  /** Ends it; further calls of the owner are refused. */
  abandon(): Promise<void>;
}

interface Seen {
  receivedBytes: number;
  sinceMs: number;
}

export class OpenWriters {
  readonly #seen = new Map<WatchedWriter, Seen>();

  add(writer: WatchedWriter, nowMs: number): void {
    this.#seen.set(writer, { receivedBytes: 0, sinceMs: nowMs });
  }

  remove(writer: WatchedWriter): void {
    this.#seen.delete(writer);
  }

  get count(): number {
    return this.#seen.size;
  }

  /** Ends the writers that took nothing since WRITER_IDLE_TIMEOUT_MS; resolves with their names. */
  async abandonIdle(nowMs: number): Promise<readonly string[]> {
    const abandoned: string[] = [];
    for (const [writer, seen] of [...this.#seen]) {
      if (!writer.isIdle || writer.receivedBytes !== seen.receivedBytes) {
        seen.receivedBytes = writer.receivedBytes;
        seen.sinceMs = nowMs;
      } else if (nowMs - seen.sinceMs >= WRITER_IDLE_TIMEOUT_MS) {
        abandoned.push(writer.name);
        await writer.abandon();
      }
    }
    return abandoned;
  }
}
