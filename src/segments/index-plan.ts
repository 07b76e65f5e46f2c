// What a batch is about to do to the index, seen by the operations of the batch one after the other.
//
// Owns: the difference to the index as it is, and the totals of every segment it touches. Refuses: applying it.

import { isPredastoreError } from '../core/errors.ts';
import { shardKeyText, type ShardKey } from '../core/shard-key.ts';
import { extentBytes, type Extent } from './extent.ts';
import { NOTHING_ALIVE, type IndexChange, type IndexEntry, type SegmentTotals } from './shard-index.ts';

export interface IndexPlanParts {
  /** A row of the index; throws `shard-corrupt` when it is damaged. */
  readonly find: (key: ShardKey) => IndexEntry | undefined;
  readonly totalsOf: (segment: number) => SegmentTotals | undefined;
}

/** What the index will say of a key: a row, none, or a row that cannot be read. */
export type Planned = IndexEntry | 'damaged' | undefined;

export class IndexPlan {
  readonly #parts: IndexPlanParts;
  readonly #rows = new Map<string, { readonly key: ShardKey; readonly entry: IndexEntry | undefined }>();
  readonly #totals = new Map<number, SegmentTotals>();
  /** A damaged row went: nobody knows from which segment its bytes have to be taken. */
  #lostCount = false;

  constructor(parts: IndexPlanParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  get totals(): ReadonlyMap<number, SegmentTotals> {
    return this.#totals;
  }

  /** The totals of some segment are too high now and have to be counted anew. */
  get lostCount(): boolean {
    return this.#lostCount;
  }

  find(key: ShardKey): Planned {
    const planned = this.#rows.get(shardKeyText(key));
    if (planned !== undefined) return planned.entry;
    try {
      return this.#parts.find(key);
    } catch (error) {
      if (isPredastoreError(error) && error.code === 'shard-corrupt') return 'damaged';
      throw error;
    }
  }

  /** Puts a row; the one it replaces becomes dead space. */
  put(entry: IndexEntry): void {
    this.#forget(this.find(entry.key));
    this.#rows.set(shardKeyText(entry.key), { key: entry.key, entry });
    this.#count(entry.extent, 1);
  }

  /** Removes a row; says whether there was one. */
  remove(key: ShardKey): boolean {
    const before = this.find(key);
    if (before === undefined) return false;
    this.#forget(before);
    this.#rows.set(shardKeyText(key), { key, entry: undefined });
    return true;
  }

  change(): IndexChange {
    const put: IndexEntry[] = [];
    const remove: ShardKey[] = [];
    for (const { key, entry } of this.#rows.values()) {
      if (entry === undefined) remove.push(key);
      else put.push(entry);
    }
    return { put, remove, totals: this.#totals };
  }

  #forget(before: Planned): void {
    if (before === 'damaged') this.#lostCount = true;
    else if (before !== undefined) this.#count(before.extent, -1);
  }

  #count(extent: Extent, sign: 1 | -1): void {
    const { segment, lengthBytes } = extent;
    const { liveShards, liveBytes } =
      this.#totals.get(segment) ?? this.#parts.totalsOf(segment) ?? NOTHING_ALIVE;
    this.#totals.set(segment, {
      liveShards: Math.max(0, liveShards + sign),
      liveBytes: Math.max(0, liveBytes + sign * extentBytes(lengthBytes)),
    });
  }
}
