// Moves the live shards of one segment into another one, fragment by fragment as they are.
//
// Owns: reading, proving and copying extents, handing the copies to the committer. Refuses: choosing segments, pace.
// Invariants:
//   M1. Fragments move verbatim: nothing is sealed anew, because neither segment nor offset is part of a seal. Each is
//       authenticated on the way: what cannot be proven stays where it is and keeps its segment.
//   M2. A shard is in one place at every moment: the copy becomes the shard in the transaction that compares the old row.
//       Until then, and for ever if the comparison fails, the copy is dead space.

import { PredastoreError, isPredastoreError, messageOf } from '../core/errors.ts';
import { shardKeyText } from '../core/shard-key.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';
import type { CommitOutcome, Committer } from './committer.ts';
import type { KeyRing } from './data-key.ts';
import { diskError, onDisk } from './disk-errors.ts';
import { FRAGMENT_BYTES, WINDOW_FRAGMENTS, extentBytes, fragmentsOf, type Extent } from './extent.ts';
import type { FileCache } from './file-cache.ts';
import { FragmentCodec } from './fragment.ts';
import type { Numbers } from './numbers.ts';
import type { Segment } from './segment.ts';
import type { Reservation, SegmentSet } from './segment-set.ts';
import type { SealWorkers } from './seal-workers.ts';
import type { IndexEntry, ShardIndex } from './shard-index.ts';
import { scanSidecar, type SidecarRow } from './sidecar.ts';
import type { WindowPool } from './window-pool.ts';

export interface ShardMoverParts {
  readonly files: Files;
  readonly index: ShardIndex;
  readonly segments: SegmentSet;
  readonly keys: KeyRing;
  readonly cache: FileCache;
  readonly windows: WindowPool;
  readonly workers: SealWorkers | undefined;
  readonly numbers: Numbers;
  readonly committer: Committer;
  readonly logger: Logger;
}

/** Shards and bytes moved; `stuck` shards could not be proven or not be read and stay. */
export interface MoveCount {
  readonly shards: number;
  readonly bytes: number;
  readonly stuck: number;
}

/** Called after every step with what it did; may wait, and throws to end the move. */
export type Breather = (step: MoveCount) => Promise<void>;

interface Live {
  readonly entry: IndexEntry;
  readonly row: SidecarRow;
}

interface Copy extends Live {
  readonly place: Reservation;
  readonly bytes: number;
}

/** One step: what is copied before it is committed together and the disk gets a rest. */
const STEP_BYTES = 4 * 1024 * 1024;
const STEP_SHARDS = 256;

export class ShardMover {
  readonly #parts: ShardMoverParts;

  constructor(parts: ShardMoverParts) {
    this.#parts = parts;
  }

  /** Moves what is alive out of a retired segment; when nothing is left in it, it is removed after its last reader. */
  async empty(source: Segment, breathe: Breather): Promise<MoveCount> {
    const { segments, files } = this.#parts;
    const total = { shards: 0, bytes: 0, stuck: 0 };
    source.readers += 1;
    try {
      const sidecar = await onDisk('opening a sidecar', files.open(source.sidecarPath, 'read'));
      try {
        let step: Live[] = [];
        let stepBytes = 0;
        const take = async (): Promise<void> => {
          const moved = await this.#step(source, step);
          total.shards += moved.shards;
          total.bytes += moved.bytes;
          total.stuck += moved.stuck;
          step = [];
          stepBytes = 0;
          await breathe(moved);
        };
        for await (const item of scanSidecar(sidecar, this.#parts.keys, source.number)) {
          if (item.kind === 'damage') continue;
          const entry = this.#liveAt(source, item.offset, item.row);
          if (entry === undefined) continue;
          step.push({ entry, row: item.row });
          stepBytes += extentBytes(entry.extent.lengthBytes);
          if (stepBytes >= STEP_BYTES || step.length >= STEP_SHARDS) await take();
        }
        if (step.length > 0) await take();
      } finally {
        await sidecar.close();
      }
    } finally {
      segments.releaseReader(source);
    }
    return total;
  }

  /** The index row that says that this sidecar row is the shard; a damaged one says nothing. */
  #liveAt(source: Segment, rowOffset: number, row: SidecarRow): IndexEntry | undefined {
    try {
      const entry = this.#parts.index.get(row.identity.key);
      const isHere = entry?.extent.segment === source.number && entry.rowOffset === rowOffset;
      return isHere ? entry : undefined;
    } catch (error) {
      if (isPredastoreError(error) && error.code === 'shard-corrupt') return undefined;
      throw error;
    }
  }

  async #step(source: Segment, live: readonly Live[]): Promise<MoveCount> {
    const copies: Copy[] = [];
    let stuck = 0;
    try {
      for (const one of live) {
        const copy = await this.#copy(source, one);
        if (copy === undefined) stuck += 1;
        else copies.push(copy);
      }
      for (const target of new Set(copies.map(({ place }) => place.segment))) {
        await this.#parts.committer.syncAhead(target);
      }
      const ends = await Promise.allSettled(copies.map((copy) => this.#commit(copy)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
      return { shards: ends.filter(isMoved).length, bytes, stuck };
    } finally {
      for (const { place, bytes } of copies) this.#parts.segments.releaseWriter(place.segment, bytes);
    }
  }

  async #commit({ entry, row, place }: Copy): Promise<CommitOutcome> {
    const { numbers, committer } = this.#parts;
    // The number seals the new sidecar row; the fragments keep theirs.
    const { firstFragment: rowNumber } = await numbers.take(1);
    const extent: Extent = { ...entry.extent, segment: place.segment.number, offset: place.offset };
    return committer.commit({
      segment: place.segment,
      identity: row.identity,
      extent,
      rowNumber,
      record: row.record,
      expects: { kind: 'extent', extent: entry.extent },
      written: Promise.resolve(),
      tail: undefined,
      isSynced: true,
    });
  }

  /** `undefined` when the source does not give the shard back as it was committed. */
  async #copy(source: Segment, live: Live): Promise<Copy | undefined> {
    const { segments, logger } = this.#parts;
    const { entry } = live;
    const bytes = extentBytes(entry.extent.lengthBytes);
    const place = await segments.reserve(bytes, 'moved');
    try {
      await this.#copyFragments(source, live, place);
      return { ...live, place, bytes };
    } catch (error) {
      segments.giveBack(place.segment, place.offset, bytes);
      segments.releaseWriter(place.segment, bytes);
      if (!isPredastoreError(error) || error.code !== 'shard-corrupt') throw error;
      const shard = shardKeyText(entry.key);
      logger.error('a damaged shard stays where it is', {
        shard,
        segment: source.number,
        reason: messageOf(error),
      });
      return undefined;
    }
  }

  async #copyFragments(source: Segment, { entry }: Live, place: Reservation): Promise<void> {
    const { windows, workers, keys } = this.#parts;
    const { extent } = entry;
    const codec = new FragmentCodec(keys.get(extent.keyEpoch), entry, extent);
    const fragments = fragmentsOf(extent.lengthBytes);
    const window = windows.take(Math.min(fragments, WINDOW_FRAGMENTS) * FRAGMENT_BYTES);
    try {
      for (let first = 0; first < fragments; first += WINDOW_FRAGMENTS) {
        const count = Math.min(WINDOW_FRAGMENTS, fragments - first);
        const bytes = window.subarray(0, count * FRAGMENT_BYTES);
        await this.#readSealed(source, bytes, extent.offset + first * FRAGMENT_BYTES);
        if (workers?.reaches(window) === true) {
          await workers.run('prove', { identity: entry, extent, first, count }, window);
        } else {
          for (let at = 0; at < count; at += 1) codec.open(first + at, bytes, at * FRAGMENT_BYTES);
        }
        const { handles } = place.segment;
        if (handles === undefined) throw new PredastoreError('store-closed', 'the store is closed');
        const position = place.offset + first * FRAGMENT_BYTES;
        await onDisk('writing a segment', handles.data.pwrite(bytes, position));
      }
    } finally {
      windows.give(window);
    }
  }

  async #readSealed(source: Segment, into: Buffer, position: number): Promise<void> {
    const { cache } = this.#parts;
    let got;
    try {
      const file = await cache.acquire(source.path);
      try {
        got = await file.pread(into, position);
      } finally {
        cache.release(source.path);
      }
    } catch (error) {
      // Only this shard is concerned: the next one may lie on sound sectors.
      throw new PredastoreError(
        'shard-corrupt',
        'the segment cannot be read',
        diskError('reading a segment', error),
      );
    }
    if (got < into.length) throw new PredastoreError('shard-corrupt', 'the segment is cut short');
  }
}

function isMoved(end: PromiseSettledResult<CommitOutcome>): boolean {
  return end.status === 'fulfilled' && end.value === 'committed';
}
