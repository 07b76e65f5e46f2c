// Group commit: the one place where shards become visible, move or vanish.
//
// Owns: the order of the steps, sharing them between concurrent callers. Refuses: writing fragments.
// Invariants:
//   C1. Per shard: fsync of the segment, then its sidecar row and fsync, then the index row. No step begins before the one
//       before it is durable.
//   C2. One publication at a time, in the order of the batches: what it looks up in the index is still true when it is applied.
//       The steps before may run side by side, each for one batch at a time.
//   C3. A failed fsync is never asked again on the same file: its segment is poisoned, the commits in it fail.
//   C4. A move takes the place of exactly the row it was read from; a shard that was deleted, replaced or moved meanwhile stays so.

import { PredastoreError, messageOf } from '../core/errors.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { Logger } from '../platform/log.ts';
import { afterTurn } from '../platform/turn.ts';
import type { KeyRing } from './data-key.ts';
import { diskError } from './disk-errors.ts';
import type { Extent, ShardIdentity } from './extent.ts';
import { IndexPlan, type Planned } from './index-plan.ts';
import type { Segment, SegmentHandles } from './segment.ts';
import type { SegmentSet } from './segment-set.ts';
import { totalsIn, type IndexEntry, type SegmentTotals, type ShardIndex } from './shard-index.ts';
import { encodeRow } from './sidecar.ts';
import { writeTails, type Tail } from './tail-writer.ts';
import type { WindowPool } from './window-pool.ts';

/** Operations in one batch; bounds the time the first of them waits for the last. */
const BATCH_MAX = 1024;

/** What the index has to say of a key for its new row to be put: nothing, whatever it says, or exactly this extent. */
export type Expectation =
  | { readonly kind: 'absent' }
  | { readonly kind: 'anything' }
  | { readonly kind: 'extent'; readonly extent: Extent };

export interface CommitRequest {
  readonly segment: Segment;
  readonly identity: ShardIdentity;
  readonly extent: Extent;
  /** Seals the sidecar row; drawn together with the fragments' numbers. */
  readonly rowNumber: number;
  readonly record: Buffer;
  readonly expects: Expectation;
  /** Resolves when every window but the tail has been written. */
  readonly written: Promise<void>;
  /** The last window, when it is small: the committer writes it together with others. */
  readonly tail: Tail | undefined;
  /** The fragments are durable already, by `syncAhead`: the batch need not wait for them. */
  readonly isSynced: boolean;
}

/** `refused`: the index did not say what was expected; the extent is dead space. */
export type CommitOutcome = 'committed' | 'refused';

interface Waiting<R, V> {
  readonly request: R;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}
type CommitTask = Waiting<CommitRequest, CommitOutcome>;
type DeleteTask = Waiting<readonly ShardKey[], number>;

export interface CommitterParts {
  readonly index: ShardIndex;
  readonly segments: SegmentSet;
  readonly keys: KeyRing;
  readonly windows: WindowPool;
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
  /** Ends when the second and third step are free for the next batch; neither ever rejects. */
  #rowsFree: Promise<void> = Promise.resolve();
  #indexFree: Promise<void> = Promise.resolve();

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** Resolves when the shard is durable and visible, or refused. */
  commit(request: CommitRequest): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#commits.push({ request, resolve, reject });
      this.#kick();
    });
  }

  /**
   * Makes durable what was written to a segment so far. Compaction calls it before it hands over its copies, some megabytes at a
   * time: in the batch, everybody's commits would wait for them.
   */
  async syncAhead(segment: Segment): Promise<void> {
    await this.#sync(segment, handlesOf(segment).data.datasync());
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
    await this.#rowsFree;
    await this.#indexFree;
  }

  #kick(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    // Whoever is answered by one batch comes back in the same turn: all of them share the next one.
    await endOfTurn();
    while (this.#commits.length + this.#deletes.length > 0) {
      // A batch that would wait after its first step waits before it, and grows meanwhile.
      await this.#rowsFree;
      await this.#batch(this.#commits.splice(0, BATCH_MAX), this.#deletes.splice(0, BATCH_MAX));
      await endOfTurn();
    }
    // In the same step as the last look at the queues: a later caller finds the loop at rest and starts it.
    this.#busy = false;
  }

  /** Takes a batch through its first step and hands it on: three batches may be under way, each in another step. */
  async #batch(commits: readonly CommitTask[], deletes: readonly DeleteTask[]): Promise<void> {
    this.#parts.onBatch(commits.length + deletes.length);
    const written = await this.#inSegments(this.#refuseKnown(commits), (segment, tasks) =>
      this.#syncData(segment, tasks),
    );
    this.#rowsFree = this.#finish(written, deletes);
  }

  async #finish(written: readonly CommitTask[], deletes: readonly DeleteTask[]): Promise<void> {
    const persisted = await this.#inSegments(written, (segment, tasks) => this.#syncRows(segment, tasks));
    await this.#indexFree;
    this.#indexFree = this.#publish(persisted, deletes).catch((error: unknown) => {
      // What was answered already stays answered.
      for (const { task } of persisted) task.reject(error);
      for (const task of deletes) task.reject(error);
    });
  }

  /** Spares hopeless commits the trouble; the publication decides. */
  #refuseKnown(commits: readonly CommitTask[]): readonly CommitTask[] {
    return commits.filter((task) => {
      const { expects, identity } = task.request;
      if (expects.kind !== 'absent' || !this.#isKnown(identity.key)) return true;
      task.resolve('refused');
      return false;
    });
  }

  #isKnown(key: ShardKey): boolean {
    try {
      return this.#parts.index.has(key);
    } catch {
      return false; // an index that cannot be read: the publication meets it again, where it fails its tasks
    }
  }

  /** Runs a step for the tasks of each segment; a step that fails fails the tasks of its segment. */
  async #inSegments<T>(
    tasks: readonly CommitTask[],
    step: (segment: Segment, tasks: readonly CommitTask[]) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const bySegment = new Map<Segment, CommitTask[]>();
    for (const task of tasks) {
      const others = bySegment.get(task.request.segment);
      if (others === undefined) bySegment.set(task.request.segment, [task]);
      else others.push(task);
    }
    const steps = [...bySegment].map(async ([segment, own]) => {
      try {
        return await step(segment, own);
      } catch (error) {
        for (const task of own) task.reject(error);
        return [];
      }
    });
    return (await Promise.all(steps)).flat();
  }

  async #syncData(segment: Segment, tasks: readonly CommitTask[]): Promise<readonly CommitTask[]> {
    const handles = handlesOf(segment);
    const whole = await this.#finishData(handles, tasks);
    if (whole.some(({ request }) => request.extent.lengthBytes > 0 && !request.isSynced)) {
      await this.#sync(segment, handles.data.datasync());
    }
    return whole;
  }

  /** Brings the last bytes of every shard to the file; a shard that fails fails alone. Returns the others. */
  async #finishData({ data }: SegmentHandles, tasks: readonly CommitTask[]): Promise<readonly CommitTask[]> {
    const tails = tasks.flatMap(({ request }) => request.tail ?? []);
    const [failures, earlier] = await Promise.all([
      writeTails(data, tails, this.#parts.windows),
      Promise.allSettled(tasks.map(({ request }) => request.written)),
    ]);
    return tasks.filter((task, at) => {
      const { tail } = task.request;
      const before = earlier[at];
      const isLost = tail !== undefined && failures.has(tail);
      if (isLost) task.reject(diskError('writing a segment', failures.get(tail)));
      else if (before?.status === 'rejected') task.reject(before.reason);
      return !isLost && before?.status === 'fulfilled';
    });
  }

  async #syncRows(segment: Segment, tasks: readonly CommitTask[]): Promise<readonly Persisted[]> {
    const handles = handlesOf(segment);
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
    const { index, segments } = this.#parts;
    const plan = new IndexPlan({
      find: (key) => index.get(key),
      totalsOf: (number) => segments.find(number)?.totals,
    });
    const outcomes = persisted.map(({ task, entry }) => planPut(plan, entry, task.request.expects));
    const counts = deletes.map(({ request }) => request.filter((key) => plan.remove(key)).length);
    try {
      if (!plan.isEmpty) await index.apply(plan.change());
    } catch (error) {
      for (const { task } of persisted) task.reject(error);
      for (const task of deletes) task.reject(error);
      // Nobody knows how it ended; the index does.
      segments.adopt(index.count());
      return;
    }
    this.#adopt(plan.totals);
    for (const [at, { task }] of persisted.entries()) task.resolve(outcomes[at] ?? 'refused');
    for (const [at, task] of deletes.entries()) task.resolve(counts[at] ?? 0);
    if (plan.lostCount) await this.#recount();
  }

  #adopt(totals: ReadonlyMap<number, SegmentTotals>): void {
    for (const [number, alive] of totals) {
      const segment = this.#parts.segments.find(number);
      if (segment === undefined) continue;
      segment.totals = alive;
      this.#parts.segments.settle(segment);
    }
  }

  /** A damaged row did not say whose bytes died with it: without a new count its segment would be kept for ever. */
  async #recount(): Promise<void> {
    const { index, segments, logger } = this.#parts;
    logger.warn('a damaged index row was removed, the segments are counted anew');
    try {
      const counted = index.recount();
      const totals = new Map([...segments.all()].map(({ number }) => [number, totalsIn(counted, number)]));
      await index.apply({ put: [], remove: [], totals });
      this.#adopt(totals);
    } catch (error) {
      logger.error('the segments cannot be counted', { reason: messageOf(error) });
    }
  }
}

/** Looked at before every step: another batch may have lost the segment meanwhile. */
function handlesOf({ handles, poison }: Segment): SegmentHandles {
  if (poison !== undefined) throw poison;
  if (handles === undefined) throw new PredastoreError('store-closed', 'the store is closed');
  return handles;
}

function endOfTurn(): Promise<void> {
  return new Promise(afterTurn);
}

function planPut(plan: IndexPlan, entry: IndexEntry, expects: Expectation): CommitOutcome {
  if (!isExpected(plan.find(entry.key), expects)) return 'refused';
  plan.put(entry);
  return 'committed';
}

function isExpected(found: Planned, expects: Expectation): boolean {
  if (expects.kind === 'anything') return true;
  if (expects.kind === 'absent') return found === undefined;
  if (found === undefined || found === 'damaged') return false;
  const { segment, offset, shardNumber } = expects.extent;
  const { extent } = found;
  return extent.segment === segment && extent.offset === offset && extent.shardNumber === shardNumber;
}
