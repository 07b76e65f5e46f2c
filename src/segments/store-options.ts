// What a store is opened with, checked.

import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { SEAL_WORKERS_MAX, SEGMENT_BYTES_MAX } from '../core/limits.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { systemFiles, type Files } from '../platform/files.ts';
import { silentLogger, type Logger } from '../platform/log.ts';
import { noMetrics, type Metrics } from '../platform/metrics.ts';
import { systemRandom, type Random } from '../platform/random.ts';
import type { CompactionSettings } from './compaction-pace.ts';
import { KEY_BYTES } from './data-key.ts';
import type { StoreWitness } from './state-witness.ts';
import { FILE_HEADER_BYTES, FRAGMENT_BYTES } from './extent.ts';
import { DEFAULT_WATERMARKS, type Watermarks } from './free-space.ts';
import type { OpenIndexTables } from './index-tables.ts';
import { openLmdbTables } from './lmdb-tables.ts';

export interface SegmentStoreOptions {
  /** Data directory of its own; created when absent. */
  readonly directory: string;
  /** 32 bytes. */
  readonly masterKey: Uint8Array;
  /** The one before, while the master key is being changed: what it wraps is wrapped anew at the start. */
  readonly previousMasterKey?: Uint8Array | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly files?: Files;
  /** What the index stands on: LMDB unless a test brings its own. */
  readonly openIndexTables?: OpenIndexTables;
  /** A segment rolls before it grows past this. */
  readonly segmentBytesMax?: number;
  readonly watermarks?: Watermarks;
  /** Segment and sidecar files kept open for reading. */
  readonly openFilesMax?: number;
  /** Disk reads up to this size may block the thread while the page cache answers (read-pace.ts); zero: never. */
  readonly blockingReadBytesMax?: number;
  /** Threads that seal and open large shards; zero: this thread does it (decision 0008). */
  readonly sealWorkers?: number;
  /** Reclaiming by itself; absent: only when `compact` is called. */
  readonly compaction?: CompactionSettings;
  /** Remembers outside the machine how far the counters went; absent: copies of the directory are not noticed. */
  readonly witness?: StoreWitness;
}

type Optional = 'compaction' | 'witness' | 'previousMasterKey';

export type CheckedOptions = Required<Omit<SegmentStoreOptions, Optional>> &
  Pick<SegmentStoreOptions, Optional>;

const OPEN_FILES_MAX = 256;
/** A range of one cell, wherever it begins. */
const BLOCKING_READ_BYTES_MAX = 9 * FRAGMENT_BYTES;

/** The master keys that may open the directory, the one that is to wrap it first. */
export function masterKeysOf({
  masterKey,
  previousMasterKey,
}: Pick<SegmentStoreOptions, 'masterKey' | 'previousMasterKey'>): readonly Uint8Array[] {
  return previousMasterKey === undefined ? [masterKey] : [masterKey, previousMasterKey];
}

export function checkOptions(options: SegmentStoreOptions): CheckedOptions {
  const checked: CheckedOptions = {
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    metrics: noMetrics,
    files: systemFiles,
    openIndexTables: openLmdbTables,
    segmentBytesMax: SEGMENT_BYTES_MAX,
    watermarks: DEFAULT_WATERMARKS,
    openFilesMax: OPEN_FILES_MAX,
    blockingReadBytesMax: BLOCKING_READ_BYTES_MAX,
    sealWorkers: 0,
    ...options,
  };
  for (const { length } of masterKeysOf(checked)) {
    if (length === KEY_BYTES) continue;
    throw new PredastoreError('invalid-key-file', `the master key has ${length} bytes, not 32`);
  }
  const { nearFull, full } = checked.watermarks;
  if (!(full >= 0 && full <= nearFull && nearFull < 1)) {
    throw new PredastoreError(
      'invalid-config',
      `watermarks must satisfy 0 ≤ full ≤ near full < 1, got ${full} and ${nearFull}`,
    );
  }
  const { sealWorkers } = checked;
  const isCount = Number.isInteger(sealWorkers) && sealWorkers >= 0 && sealWorkers <= SEAL_WORKERS_MAX;
  assert(isCount, 'there are 0 to SEAL_WORKERS_MAX seal workers');
  assert(checked.segmentBytesMax >= FILE_HEADER_BYTES + FRAGMENT_BYTES, 'a segment holds a fragment');
  return checked;
}
