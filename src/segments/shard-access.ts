// What can be read of committed shards: their bytes, their object records, and whether both are sound.
//
// Owns: looking a shard up and holding its segment while something of it is read. Refuses: changing anything.
// Invariants:
//   A1. Lookup and hold are one synchronous step: between them a delete or a compaction could remove the segment.

import type { ByteRange } from '../core/body.ts';
import { PredastoreError, isPredastoreError, messageOf, systemCodeOf } from '../core/errors.ts';
import { shardKeyText, type ShardKey } from '../core/shard-key.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { KeyRing } from './data-key.ts';
import { diskError } from './disk-errors.ts';
import type { FileCache } from './file-cache.ts';
import { FragmentCodec } from './fragment.ts';
import { ReadPace } from './read-pace.ts';
import type { SealWorkers } from './seal-workers.ts';
import type { Segment } from './segment.ts';
import type { SegmentSet } from './segment-set.ts';
import type { IndexEntry, ShardIndex } from './shard-index.ts';
import { SegmentShardReader } from './shard-reader.ts';
import type { ShardStat, ShardVerdict } from './shard-store.ts';
import { decodeRow } from './sidecar.ts';
import type { StoreMetrics } from './store-metrics.ts';
import type { WindowPool } from './window-pool.ts';

export interface ShardAccessParts {
  readonly index: ShardIndex;
  readonly segments: SegmentSet;
  readonly keys: KeyRing;
  readonly cache: FileCache;
  readonly windows: WindowPool;
  readonly workers: SealWorkers | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: StoreMetrics;
  readonly blockingReadBytesMax: number;
}

export class ShardAccess {
  readonly #parts: ShardAccessParts;
  readonly #pace: ReadPace;
  /** Verifying is never urgent: it leaves the thread to others. */
  readonly #unhurried: ReadPace;

  constructor(parts: ShardAccessParts) {
    this.#parts = parts;
    this.#pace = new ReadPace(parts.clock, parts.blockingReadBytesMax);
    this.#unhurried = new ReadPace(parts.clock, 0);
  }

  open(key: ShardKey, range?: ByteRange): SegmentShardReader | undefined {
    const entry = this.#parts.index.get(key);
    return entry === undefined ? undefined : this.#reader(entry, range, this.#pace);
  }

  async record(key: ShardKey): Promise<Uint8Array | undefined> {
    const entry = this.#parts.index.get(key);
    return entry === undefined ? undefined : this.#record(entry);
  }

  async verify(key: ShardKey): Promise<ShardVerdict> {
    try {
      const entry = this.#parts.index.get(key);
      if (entry === undefined) return { kind: 'absent' };
      const stat = statOf(entry);
      await this.#held(entry, async () => {
        await this.#reader(entry, undefined, this.#unhurried).verify();
        await this.#record(entry);
      });
      return { kind: 'whole', stat };
    } catch (error) {
      // The disk that refuses a sector and the sector that rotted call for the same repair.
      const isDamage = isPredastoreError(error) && ['shard-corrupt', 'store-failed'].includes(error.code);
      if (isDamage) return { kind: 'damaged', reason: messageOf(error) };
      throw error;
    }
  }

  #reader(entry: IndexEntry, range: ByteRange | undefined, pace: ReadPace): SegmentShardReader {
    const { keys, segments, cache, windows, workers } = this.#parts;
    const { extent } = entry;
    const segment = segments.get(extent.segment);
    const codec = new FragmentCodec(keys.get(extent.keyEpoch), entry, extent);
    segment.readers += 1;
    const { lengthBytes } = extent;
    const start = Math.min(Math.max(0, range?.start ?? 0), lengthBytes);
    const end = Math.min(Math.max(start, range?.end ?? lengthBytes), lengthBytes);
    return new SegmentShardReader({
      stat: statOf(entry),
      extent,
      range: { start, end },
      path: segment.path,
      codec,
      cache,
      windows,
      workers,
      pace,
      onCorrupt: (error) => this.#tell(error, segment),
      release: () => segments.releaseReader(segment),
    });
  }

  #tell(error: PredastoreError, segment: Segment): void {
    this.#parts.metrics.corruptReads.add(1);
    this.#parts.logger.error('a shard is damaged', { reason: error.message, segment: segment.number });
  }

  #record(entry: IndexEntry): Promise<Buffer> {
    return this.#held(entry, async (segment) => {
      const bytes = await this.#readRow(segment.sidecarPath, entry);
      const row = decodeRow(bytes, this.#parts.keys, segment.number);
      const name = shardKeyText(entry.key);
      if (row === undefined || shardKeyText(row.identity.key) !== name) {
        throw new PredastoreError('shard-corrupt', `the sidecar row of shard ${name} is damaged`);
      }
      return row.record;
    });
  }

  async #held<T>(entry: IndexEntry, work: (segment: Segment) => Promise<T>): Promise<T> {
    const { segments } = this.#parts;
    const segment = segments.get(entry.extent.segment);
    segment.readers += 1;
    try {
      return await work(segment);
    } finally {
      segments.releaseReader(segment);
    }
  }

  async #readRow(path: string, entry: IndexEntry): Promise<Buffer> {
    const { cache } = this.#parts;
    try {
      const file = await cache.acquire(path);
      try {
        const bytes = Buffer.alloc(entry.rowBytes);
        return bytes.subarray(0, await file.pread(bytes, entry.rowOffset));
      } finally {
        cache.release(path);
      }
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw diskError('reading a sidecar', error);
      throw new PredastoreError('shard-corrupt', 'a sidecar is missing', error);
    }
  }
}

export function statOf({ key, objectHash, extent }: IndexEntry): ShardStat {
  return { key, objectHash, lengthBytes: extent.lengthBytes };
}
