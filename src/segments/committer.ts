// Group commit: the one place where shards become visible or vanish.
//
// Owns: the order of the steps, sharing them between concurrent callers. Refuses: writing fragments.
// Invariants:
//   C1. Per shard: fsync of the segment, then its sidecar row and fsync, then the index row. No step begins before the one
//       before it is durable.
//   C2. One batch at a time, so what a batch looks up in the index is still true when it is applied.
//   C3. A failed fsync is never asked again on the same file: its segment is poisoned, the commits in it fail.

import { PredastoreError, isPredastoreError } from '../core/errors.ts';
import { shardKeyText, type ShardKey } from '../core/shard-key.ts';
import type { Logger } from '../platform/log.ts';
import type { KeyRing } from './data-key.ts';
import { diskError } from './disk-errors.ts';
import { extentBytes, type Extent, type ShardIdentity } from './extent.ts';
import { NOTHING_ALIVE, type Segment, type SegmentHandles } from './segment.ts';
import type { SegmentSet } from './segment-set.ts';
import type { IndexEntry, SegmentTotals, ShardIndex } from './shard-index.ts';
import { encodeRow } from './sidecar.ts';

/** Operations in one batch; bounds the time the first of them waits for the last. */
const BATCH_MAX = 1024;

export interface CommitRequest {
  readonly segment: Segment;
  readonly identity: ShardIdentity;
  readonly extent: Extent;
  /** Seals the sidecar row; drawn together with the fragments' numbers. */
  readonly rowNumber: number;
  readonly record: Buffer;
}

interface Waiting<R, V> {
  readonly request: R;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}
type CommitTask = Waiting<CommitRequest, undefined>;
type DeleteTask = Waiting<readonly ShardKey[], number>;

export interface CommitterParts {
  readonly index: ShardIndex;
  readonly segments: SegmentSet;
  readonly keys: KeyRing;
  readonly logger: Logger;
  /** Told about every batch: how many operations shared it. */
  readonly onBatch: (operations: number) => void;
}

/** A commit that got through to the index step. */
interface Persisted {
  readonly task: CommitTask;
  readonly entry: IndexEntry;
}

export class Committer {
  readonly #parts: CommitterParts;
  #commits: CommitTask[] = [];
  #deletes: DeleteTask[] = [];
  #busy = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** Resolves when the shard is durable and visible. All its fragments were written before. */
  commit(request: CommitRequest): Promise<undefined> {
    return new Promise((resolve, reject) => {
      this.#commits.push({ request, resolve, reject });
      this.#kick();
    });
  }

  /** Resolves when the shards are gone for good, with how many there were. */
  delete(keys: readonly ShardKey[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#deletes.push({ request: keys, resolve, reject });
      this.#kick();
    });
  }

  /** Waits until nothing is left to do. */
  async drain(): Promise<void> {
    while (this.#busy) await this.#running;
  }

  #kick(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    // The callers of this turn share the first batch.
    await Promise.resolve();
    while (this.#commits.length + this.#deletes.length > 0) {
      await this.#batch(this.#commits.splice(0, BATCH_MAX), this.#deletes.splice(0, BATCH_MAX));
    }
    // In the same step as the last look at the queues: a later caller finds the loop at rest and starts it.
    this.#busy = false;
  }

  async #batch(commits: readonly CommitTask[], deletes: readonly DeleteTask[]): Promise<void> {
    this.#parts.onBatch(commits.length + deletes.length);
    try {
      const persisted = await this.#persist(this.#refuseKnown(commits));
      await this.#publish(persisted, deletes);
    } catch (error) {
      // What was answered already stays answered.
      for (const task of [...commits, ...deletes]) task.reject(error);
    }
  }

  /** A shard is immutable: a key that is in the index, or twice in the batch, is refused. */
  #refuseKnown(commits: readonly CommitTask[]): readonly CommitTask[] {
    const seen = new Set<string>();
    return commits.filter((task) => {
      const { key } = task.request.identity;
      const name = shardKeyText(key);
      if (!seen.has(name) && !this.#parts.index.has(key)) {
        seen.add(name);
        return true;
      }
      task.reject(new PredastoreError('shard-exists', `shard ${name} is already committed`));
      return false;
    });
  }

  async #persist(commits: readonly CommitTask[]): Promise<readonly Persisted[]> {
    const bySegment = new Map<Segment, CommitTask[]>();
    for (const task of commits) {
      const others = bySegment.get(task.request.segment);
      if (others === undefined) bySegment.set(task.request.segment, [task]);
      else others.push(task);
    }
    const groups = await Promise.all([...bySegment].map((group) => this.#persistIn(...group)));
    return groups.flat();
  }

  async #persistIn(segment: Segment, tasks: readonly CommitTask[]): Promise<readonly Persisted[]> {
    try {
      const { handles, poison } = segment;
      if (poison !== undefined) throw poison;
      if (handles === undefined) throw new PredastoreError('store-closed', 'the store is closed');
      if (tasks.some(({ request }) => request.extent.lengthBytes > 0)) {
        await this.#sync(segment, handles.data.datasync());
      }
      return await this.#writeRows(segment, handles, tasks);
    } catch (error) {
      for (const task of tasks) task.reject(error);
      return [];
    }
  }

  async #writeRows(
    segment: Segment,
    handles: SegmentHandles,
    tasks: readonly CommitTask[],
  ): Promise<readonly Persisted[]> {
    let rowOffset = segment.sidecarEnd;
    const rows: Buffer[] = [];
    const persisted = tasks.map((task) => {
      const { identity, extent, record, rowNumber } = task.request;
      const key = this.#parts.keys.current;
      const row = encodeRow({ identity, extent, record }, { key, number: rowNumber });
      const objectHash = Buffer.from(identity.objectHash);
      const entry = { key: identity.key, objectHash, extent, rowOffset, rowBytes: row.length };
      rows.push(row);
      rowOffset += row.length;
      return { task, entry };
    });
    try {
      await handles.sidecar.pwrite(Buffer.concat(rows), segment.sidecarEnd);
    } catch (error) {
      throw diskError('writing a sidecar', error);
    }
    segment.sidecarEnd = rowOffset;
    await this.#sync(segment, handles.sidecar.datasync());
    return persisted;
  }

  async #sync(segment: Segment, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      // ENOSPC of a delayed allocation is still a lost write: the segment is given up whatever the reason.
      const failure = diskError('syncing a segment', error);
      this.#parts.segments.poison(segment, failure);
      throw failure;
    }
  }

  async #publish(persisted: readonly Persisted[], deletes: readonly DeleteTask[]): Promise<void> {
    const totals = new Map<number, SegmentTotals>();
    for (const { entry } of persisted) this.#count(totals, entry.extent, 1);
    const removed = new Map<string, ShardKey>();
    const counts = deletes.map(({ request }) => this.#planRemovals(request, removed, totals));
    const put = persisted.map(({ entry }) => entry);
    try {
      if (put.length + removed.size > 0) {
        await this.#parts.index.apply({ put, remove: [...removed.values()], totals });
      }
    } catch (error) {
      for (const { task } of persisted) task.reject(error);
      for (const task of deletes) task.reject(error);
      this.#parts.segments.adopt(this.#parts.index.totals() ?? this.#parts.index.recount());
      return;
    }
    this.#adopt(totals);
    for (const { task } of persisted) task.resolve(undefined);
    for (const [at, task] of deletes.entries()) task.resolve(counts[at] ?? 0);
  }

  /** Adds the keys that exist to `removed`; returns how many this request found. */
  #planRemovals(
    keys: readonly ShardKey[],
    removed: Map<string, ShardKey>,
    totals: Map<number, SegmentTotals>,
  ): number {
    let found = 0;
    for (const key of keys) {
      const name = shardKeyText(key);
      if (removed.has(name) || !this.#parts.index.has(key)) continue;
      const entry = this.#entryOf(key);
      if (entry !== undefined) this.#count(totals, entry.extent, -1);
      removed.set(name, key);
      found += 1;
    }
    return found;
  }

  /** A damaged row can be removed too; its segment then keeps bytes that nobody counts until compaction looks. */
  #entryOf(key: ShardKey): IndexEntry | undefined {
    try {
      return this.#parts.index.get(key);
    } catch (error) {
      if (!isPredastoreError(error)) throw error;
      this.#parts.logger.warn('a damaged index row is removed', { shard: shardKeyText(key) });
      return undefined;
    }
  }

  #count(totals: Map<number, SegmentTotals>, extent: Extent, sign: 1 | -1): void {
    const before = totals.get(extent.segment) ?? this.#parts.segments.find(extent.segment)?.totals;
    const { liveShards, liveBytes } = before ?? NOTHING_ALIVE;
    totals.set(extent.segment, {
      liveShards: Math.max(0, liveShards + sign),
      liveBytes: Math.max(0, liveBytes + sign * extentBytes(extent.lengthBytes)),
    });
  }

  #adopt(totals: ReadonlyMap<number, SegmentTotals>): void {
    for (const [number, alive] of totals) {
      const segment = this.#parts.segments.find(number);
      if (segment === undefined) continue;
      segment.totals = alive;
      this.#parts.segments.settle(segment);
    }
  }
}
