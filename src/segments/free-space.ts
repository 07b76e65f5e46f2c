// How much room the disk has left, and what that means for writers.
//
// Owns: asking the file system, not too often. Refuses: freeing anything.

import { messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Files, SpaceStat } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';

/** Fractions of the file system that are still free. */
export interface Watermarks {
  /** Below: writes are accepted, and clients told to slow down. */
  readonly nearFull: number;
  /** Below: writes are refused. */
  readonly full: number;
}

export const DEFAULT_WATERMARKS: Watermarks = { nearFull: 0.15, full: 0.05 };

export type Pressure = 'none' | 'nearfull' | 'full';

/** A look at the file system is good for this long … */
const LOOK_INTERVAL_MS = 1000;
/** … or for this many bytes, whichever ends first. */
const LOOK_INTERVAL_BYTES = 64 * 1024 * 1024;

export interface FreeSpaceParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directory: string;
  readonly watermarks: Watermarks;
}

export class FreeSpace {
  readonly #parts: FreeSpaceParts;
  /** `undefined` while the file system does not tell: then writers are let through. */
  #last: SpaceStat | undefined;
  #lookedAtMs = -Infinity;
  #bytesSince = 0;
  #looking: Promise<void> | undefined;
  #complained = false;

  constructor(parts: FreeSpaceParts) {
    this.#parts = parts;
  }

  /** The pressure after `bytes` more were written. */
  async pressureAfter(bytes: number): Promise<Pressure> {
    this.#bytesSince += bytes;
    const stale = this.#parts.clock.monotonicMs() - this.#lookedAtMs >= LOOK_INTERVAL_MS;
    if (stale || this.#bytesSince >= LOOK_INTERVAL_BYTES) await this.refresh();
    return this.#judge(Math.max(bytes, this.#bytesSince));
  }

  /** The pressure as of the last look. */
  get pressure(): Pressure {
    return this.#judge(this.#bytesSince);
  }

  get freeFraction(): number {
    return this.#fractionAfter(this.#bytesSince);
  }

  /** Looks now; several callers share one look. */
  async refresh(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { files, directory, clock, logger } = this.#parts;
    this.#lookedAtMs = clock.monotonicMs();
    this.#bytesSince = 0;
    try {
      this.#last = await files.statfs(directory);
    } catch (error) {
      this.#last = undefined;
      if (!this.#complained) {
        logger.warn('free space is unknown, writes are not limited by it', { reason: messageOf(error) });
      }
      this.#complained = true;
    }
  }

  #judge(bytesToCome: number): Pressure {
    const { nearFull, full } = this.#parts.watermarks;
    const fraction = this.#fractionAfter(bytesToCome);
    if (fraction < full) return 'full';
    return fraction < nearFull ? 'nearfull' : 'none';
  }

  #fractionAfter(bytes: number): number {
    if (this.#last === undefined || this.#last.totalBytes === 0) return 1;
    return Math.max(0, this.#last.availableBytes - bytes) / this.#last.totalBytes;
  }
}
