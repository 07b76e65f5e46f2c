// One segment: a file of extents and its sidecar, as the process sees them.

import { join } from 'node:path';
import type { PredastoreError } from '../core/errors.ts';
import type { OpenFile } from '../platform/files.ts';
import { FILE_HEADER_BYTES } from './extent.ts';
import { NOTHING_ALIVE, type SegmentTotals } from './shard-index.ts';

const NAME_PATTERN = /^([0-9a-f]{16})\.(seg|idx)$/;

/** `<16 hex digits>.seg` and `.idx`. */
export function segmentFileName(segment: number, extension: 'seg' | 'idx'): string {
  return `${segment.toString(16).padStart(16, '0')}.${extension}`;
}

/** The segment number and kind in a file name, `undefined` for a foreign file. */
export function parseSegmentFileName(
  name: string,
): { readonly segment: number; readonly extension: string } | undefined {
  const [, digits, extension] = NAME_PATTERN.exec(name) ?? [];
  if (digits === undefined || extension === undefined) return undefined;
  const segment = parseInt(digits, 16);
  return Number.isSafeInteger(segment) ? { segment, extension } : undefined;
}

/** Both files, open for writing. */
export interface SegmentHandles {
  readonly data: OpenFile;
  readonly sidecar: OpenFile;
}

export class Segment {
  readonly number: number;
  readonly path: string;
  readonly sidecarPath: string;
  /** Where the next extent begins. */
  end: number;
  /** Where the next sidecar row begins. */
  sidecarEnd = FILE_HEADER_BYTES;
  totals: SegmentTotals = NOTHING_ALIVE;
  /** Present while something may still be written; gone after the last writer of a retired segment. */
  handles: SegmentHandles | undefined;
  /** Readers that were begun and not ended. */
  readers = 0;
  /** Writers that hold an extent and are neither committed nor aborted, and how much they hold. */
  writers = 0;
  pendingBytes = 0;
  /** Takes no more extents. */
  retired: boolean;
  /** The failed fsync after which nothing unsynced in this segment can be trusted. */
  poison: PredastoreError | undefined;

  constructor(directory: string, number: number, end: number, handles?: SegmentHandles) {
    this.number = number;
    this.path = join(directory, segmentFileName(number, 'seg'));
    this.sidecarPath = join(directory, segmentFileName(number, 'idx'));
    this.end = end;
    this.handles = handles;
    this.retired = handles === undefined;
  }

  /** All extents: committed, being written, dead. */
  get extentBytes(): number {
    return Math.max(0, this.end - FILE_HEADER_BYTES);
  }

  /** Bytes that no committed shard uses and no writer holds: deleted, aborted, or never finished by a process that is gone. */
  get deadBytes(): number {
    return Math.max(0, this.extentBytes - this.totals.liveBytes - this.pendingBytes);
  }

  /** The part of its extents that is not dead; 1 for an empty segment. */
  get liveFraction(): number {
    return this.extentBytes === 0 ? 1 : 1 - this.deadBytes / this.extentBytes;
  }

  get isDead(): boolean {
    return this.totals.liveShards === 0 && this.readers === 0 && this.writers === 0;
  }
}
