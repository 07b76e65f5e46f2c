// Requests that take suspiciously long are named in the log while they are still running: the first time after five
// seconds, then every fifteen. One timer for all of them, and none while nothing runs.

import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';

const FIRST_NOTICE_MS = 5_000;
const NEXT_NOTICE_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

/** A request that is running. Its holder fills the fields in as it learns them. */
export interface InFlight {
  readonly requestId: string;
  readonly method: string;
  readonly startedMs: number;
  operation: string;
  bucket: string;
  key: string;
  noticeAtMs: number;
}

export class InFlightWatch {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #running = new Set<InFlight>();
  #looking = false;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get size(): number {
    return this.#running.size;
  }

  start(requestId: string, method: string): InFlight {
    const startedMs = this.#clock.monotonicMs();
    const noticeAtMs = startedMs + FIRST_NOTICE_MS;
    const entry = { requestId, method, startedMs, operation: 'Unknown', bucket: '', key: '', noticeAtMs };
    this.#running.add(entry);
    if (!this.#looking) this.#lookLater();
    return entry;
  }

  finish(entry: InFlight): void {
    this.#running.delete(entry);
  }

  #lookLater(): void {
    this.#looking = true;
    this.#clock.after(LOOK_EVERY_MS, () => {
      this.#looking = false;
      this.#look();
      if (this.#running.size > 0) this.#lookLater();
    });
  }

  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const entry of this.#running) {
      if (nowMs < entry.noticeAtMs) continue;
      entry.noticeAtMs = nowMs + NEXT_NOTICE_MS;
      const { requestId, method, operation, bucket, startedMs } = entry;
      this.#logger.warn('S3 request still running', {
        requestId,
        method,
        operation,
        bucket,
        object: entry.key,
        elapsedMs: Math.round(nowMs - startedMs),
      });
    }
  }
}
