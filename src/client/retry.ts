// When a failed call is tried again, and how long to wait before.

import type { S3Error } from '../contracts/s3-errors.ts';
import { systemClock } from '../platform/clock.ts';
import { backoffMs, systemRandom } from '../platform/random.ts';

export interface RetryOptions {
  /** Tries of one call altogether; 4, and 1 for none again. */
  readonly attempts?: number;
}

const ATTEMPTS = 4;
const BASE_MS = 100;
const MAX_MS = 5_000;
const RETRYABLE: ReadonlySet<string> = new Set([
  'ServiceUnavailable',
  'SlowDown',
  'InternalError',
  'RequestTimeout',
  'OperationAborted',
]);

/** The tries of one call, or of one body. */
export class Retry {
  readonly #attempts: number;
  readonly #signal: AbortSignal | undefined;
  #failed = 0;

  constructor(options: RetryOptions, signal: AbortSignal | undefined) {
    this.#attempts = options.attempts ?? ATTEMPTS;
    this.#signal = signal;
  }

  /** Waits until it is time for another try; throws `error` when there is none. */
  async again(error: S3Error, canRepeat: boolean): Promise<void> {
    this.#failed += 1;
    const isOver = this.#failed >= this.#attempts || this.#signal?.aborted === true;
    if (isOver || !canRepeat || !RETRYABLE.has(error.code)) throw error;
    const jitterMs = BASE_MS / 2 + backoffMs(systemRandom, this.#failed, BASE_MS, MAX_MS);
    await systemClock.sleep(Math.max(jitterMs, askedMs(error)), this.#signal);
  }

  /** There was progress: earlier failures no longer count. */
  progressed(): void {
    this.#failed = 0;
  }
}

/** `Retry-After` of the answer, as far as it is reasonable. */
function askedMs({ headers }: S3Error): number {
  const seconds = Number(headers['Retry-After'] ?? 0);
  return Number.isFinite(seconds) ? Math.min(MAX_MS, Math.max(0, seconds * 1000)) : 0;
}
