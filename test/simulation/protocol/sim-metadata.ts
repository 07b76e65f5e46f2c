// The metadata service of the simulated world: one linearizable stream, and a view of it per node that lags.
//
// Keeps the promises of metadata-store.ts, M1 to M4, and takes every liberty they leave: a commit whose answer is lost may have happened, may
// happen later, or never; what cannot be proven is an error.

import type { BlobRecord, BucketRecord, ObjectRecord, RingRecord } from '../../../src/contracts/records.ts';
import { assert } from '../../../src/core/assert.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import type { WriteId } from '../../../src/core/ids.ts';
import { METADATA_PATIENCE_MS } from '../../../src/core/limits.ts';
import type {
  BlobLedger,
  BlobNames,
  CommitOutcome,
  Expectation,
  MetadataPlane,
  ObjectAddress,
  ReclaimEntry,
  Uncondemned,
  Versioned,
} from '../../../src/metadata/metadata-store.ts';
import type { SeededChance } from '../../support/seeded-chance.ts';
import { SimJournal } from './sim-journal.ts';
import { never, type Incarnation, type SimTime } from './sim-time.ts';

interface Commit {
  readonly revision: number;
  readonly name: string;
  readonly record: ObjectRecord | undefined;
  /** A change of the ring, and of nothing else. */
  readonly ring?: RingRecord;
}

/** How long after its caller gave up a commit that was held up may still arrive. */
export const LATE_MS = 10_000;
/** A commit that was held for longer judges itself (objects/still-stored.ts). */
const OVERDUE_MS = 5_000;
/** How often a record that others keep changing is tried, as in the real ledger. */
const REVISE_TRIES_MAX = 8;

export class SimMetadata {
  readonly truth = new Map<string, Versioned<ObjectRecord>>();
  readonly views = new Map<number, SimView>();
  /** Writes whose first record is refused. */
  readonly condemned = new Set<WriteId>();
  readonly journal: SimJournal;
  readonly bucket: BucketRecord;
  ring: RingRecord;
  /** Nodes that do not reach a quorum. */
  readonly cutOff = new Set<number>();
  /** Nodes whose process is stopped at its next commit. */
  readonly frozen = new Set<number>();
  /** Of those that were, which are killed in the moment in which they go on. */
  readonly dying = new Set<number>();
  /** Named by commits of processes that were frozen, which judge that themselves: may be gone, in part or for a moment. */
  readonly overdue = new Set<WriteId>();
  /** Multiplies the time that a request takes. */
  slowness = 1;
  #revision = 1;
  /** What each commit replaced. */
  readonly #replaced = new Map<number, ObjectRecord | undefined>();
  readonly #time: SimTime;
  readonly #chance: SeededChance;

  constructor(
    time: SimTime,
    chance: SeededChance,
    parts: { bucket: BucketRecord; nodes: readonly number[]; ring: RingRecord },
  ) {
    this.#time = time;
    this.#chance = chance;
    this.bucket = parts.bucket;
    this.journal = new SimJournal(time);
    this.ring = parts.ring;
    for (const node of parts.nodes) this.views.set(node, new SimView(parts.ring));
  }

  /** What a process on `life.node` sees. */
  of(life: Incarnation): MetadataPlane {
    const view = this.views.get(life.node)!;
    const bucket = { record: this.bucket, revision: 1 };
    // What is missing is not simulated: whoever asks for it fails at once.
    const simulated: Partial<MetadataPlane> = {
      objects: {
        get: (address) => this.#ask(life, () => this.truth.get(nameOf(address))),
        peek: (address) => this.#ask(life, () => this.truth.get(nameOf(address))),
        glimpse: (address) => view.records.get(nameOf(address)),
        confirmed: async (address) => {
          const extent = await this.#ask(life, () => this.#revision);
          return view.applied < extent ? undefined : view.records.get(nameOf(address));
        },
        put: (address, record, expected) =>
          this.#ask(
            life,
            () => this.#put(nameOf(address), record, expected),
            isFenced(expected) ? 'fenced' : 'commit',
            record.blobs,
          ),
        undo: (address, taken, expected) =>
          this.#ask(
            life,
            () => this.#commit(nameOf(address), this.#replaced.get(taken), { revision: expected }),
            'commit',
          ),
        remove: (address, _request, expected) =>
          this.#ask(life, () => this.#commit(nameOf(address), undefined, expected), 'commit'),
        change: (address, { head, expected, archived, dropped }) => {
          assert(archived === undefined && dropped === undefined, 'the simulated bucket has no versions');
          return this.#ask(life, () => this.#commit(nameOf(address), head, expected), 'commit');
        },
        list: () => Promise.reject(new PredastoreError('internal', 'not simulated')),
      },
      buckets: {
        get: () => this.#ask(life, () => bucket),
        lookup: () => Promise.resolve(bucket),
        put: () => Promise.reject(new PredastoreError('internal', 'not simulated')),
        remove: () => Promise.reject(new PredastoreError('internal', 'not simulated')),
        list: () => Promise.resolve([bucket]),
      },
      oweRepair: (entry) => this.#ask(life, () => this.journal.owe(entry), 'commit'),
      nextDebt: async (limitMs) => {
        await this.#ask(life, () => undefined);
        return this.journal.next(life, limitMs);
      },
      blobs: this.#ledger(life, view),
      reclaimable: async (graceMs, limit) => {
        await this.#barrier(life, view);
        return view.ripe(this.#time.nowMs - graceMs, limit);
      },
      reclaimed: async (ids) => {
        for (const id of ids) view.queue.delete(id);
      },
      reached: async (revision, limitMs) => {
        const deadlineMs = this.#time.nowMs + limitMs;
        while (view.applied < revision && this.#time.nowMs < deadlineMs) await life.clock.sleep(1);
        return view.applied >= revision;
      },
      viewedBucket: () => bucket,
      status: () => Promise.reject(new PredastoreError('internal', 'not simulated')),
      close: async () => undefined,
    };
    return simulated as MetadataPlane;
  }

  /** An operator changes who is in the cluster; every node hears of it in its own time. */
  changeRing(ring: RingRecord): void {
    this.ring = ring;
    this.#revision += 1;
    const commit = { revision: this.#revision, name: 'the ring', record: undefined, ring };
    for (const [node, view] of this.views) void this.#show(node, view, commit);
  }

  heal(): void {
    this.cutOff.clear();
  }

  get revision(): number {
    return this.#revision;
  }

  /** Everything was seen by everybody. */
  get settled(): boolean {
    return [...this.views.values()].every(({ applied }) => applied === this.#revision);
  }

  /** The blob ledger of a node: what its view says, and changes by compare-and-set of the truth. */
  #ledger(life: Incarnation, view: SimView): BlobLedger {
    return {
      complete: true,
      stream: 'simulated',
      get count() {
        return view.records.size;
      },
      catchUp: () => this.#barrier(life, view),
      naming: (write) => view.naming(write),
      after: (after, limit) => view.namesAfter(after, limit),
      fateOf: (write) => {
        if (view.names(write)) return 'named';
        return view.queue.has(write) ? 'queued' : 'unknown';
      },
      condemn: (writes) =>
        this.#ask(life, () => writes.forEach((write) => this.condemned.add(write)), 'commit'),
      revise: async (write, change) => {
        let [revised, contended] = [0, 0];
        for (const name of view.holders(write)) {
          const ending = await this.#reviseAt(life, name, (blob) =>
            blob.write === write ? change(blob) : blob,
          );
          if (ending === 'revised') revised += 1;
          if (ending === 'contended') contended += 1;
        }
        return { revised, contended };
      },
    };
  }

  async #reviseAt(
    life: Incarnation,
    name: string,
    change: (blob: BlobRecord) => BlobRecord,
  ): Promise<'revised' | 'unchanged' | 'contended'> {
    for (let tries = 0; tries < REVISE_TRIES_MAX; tries += 1) {
      const last = await this.#ask(life, () => this.truth.get(name));
      if (last === undefined) return 'unchanged';
      const blobs = last.record.blobs.map(change);
      if (blobs.every((blob, at) => blob === last.record.blobs[at])) return 'unchanged';
      const expected = { revision: last.revision };
      const commit = (): CommitOutcome => this.#commit(name, { ...last.record, blobs }, expected);
      const outcome = await this.#ask(life, commit, 'commit');
      if (outcome.kind === 'committed') return 'revised';
    }
    return 'contended';
  }

  async #barrier(life: Incarnation, view: SimView): Promise<void> {
    const revision = await this.#ask(life, () => this.#revision);
    while (view.applied < revision) await life.clock.sleep(1);
  }

  async #ask<T>(
    life: Incarnation,
    apply: () => T,
    kind: 'read' | 'commit' | 'fenced' = 'read',
    named: readonly BlobRecord[] = [],
  ): Promise<T> {
    if (isDead(life)) return never();
    const startedMs = this.#time.nowMs;
    await this.#time.sleep((0.5 + 2 * this.#chance.fraction()) * this.slowness);
    const reachedMs = this.#time.nowMs;
    if (kind !== 'read' && !(await this.#thawed(life, kind))) return never();
    if (this.cutOff.has(life.node)) {
      if (kind !== 'read' && this.#chance.chance(0.4)) void this.#applyLate(apply);
      return this.#giveUp(life, startedMs);
    }
    if (kind === 'commit' && this.#time.nowMs - reachedMs > OVERDUE_MS) this.#excuse(named);
    return this.#answered(life, startedMs, apply());
  }

  async #answered<T>(life: Incarnation, startedMs: number, result: T): Promise<T> {
    await this.#time.sleep((0.5 + 2 * this.#chance.fraction()) * this.slowness);
    if (isDead(life)) return never();
    if (this.cutOff.has(life.node)) return this.#giveUp(life, startedMs);
    return result;
  }

  async #applyLate(apply: () => unknown): Promise<void> {
    await this.#time.sleep(this.#chance.fraction() * (METADATA_PATIENCE_MS + LATE_MS));
    try {
      apply();
    } catch (error) {
      // One that the stream refuses by then.
      assert(error instanceof PredastoreError, 'a commit ends, or is refused');
    }
  }

  #excuse(named: readonly BlobRecord[]): void {
    for (const { write } of named) this.overdue.add(write);
  }

  /** False: the process dies as it wakes, and only what nothing but the stream holds back was on its way. */
  async #thawed(life: Incarnation, kind: 'commit' | 'fenced'): Promise<boolean> {
    while (this.frozen.has(life.node)) await this.#time.sleep(50);
    return !isDead(life) && (kind === 'fenced' || !this.dying.has(life.node));
  }

  async #giveUp(life: Incarnation, startedMs: number): Promise<never> {
    await this.#time.sleep(startedMs + METADATA_PATIENCE_MS - this.#time.nowMs);
    if (isDead(life)) return never();
    throw new PredastoreError('metadata-unavailable', 'no quorum');
  }

  #put(name: string, record: ObjectRecord, expected: Expectation | Uncondemned): CommitOutcome {
    if (!isFenced(expected)) return this.#commit(name, record, expected);
    if (this.condemned.has(expected.uncondemned))
      throw new PredastoreError('shards-unavailable', 'the write was condemned');
    return this.#commit(name, record, 'any');
  }

  #commit(name: string, record: ObjectRecord | undefined, expected: Expectation): CommitOutcome {
    const current = this.truth.get(name);
    const fits =
      expected === 'any' ||
      (expected === 'absent' ? current === undefined : current?.revision === expected.revision);
    if (!fits) return { kind: 'conflict' };
    this.#revision += 1;
    const commit = { revision: this.#revision, name, record };
    this.#replaced.set(commit.revision, current?.record);
    if (record === undefined) this.truth.delete(name);
    else this.truth.set(name, { record, revision: commit.revision });
    this.#time.note(`commit ${commit.revision} ${name} ${record?.request ?? 'gone'}`);
    for (const [node, view] of this.views) void this.#show(node, view, commit);
    return { kind: 'committed', revision: commit.revision };
  }

  /** Views see commits in order, each at its own time, and none while they are cut off. */
  async #show(node: number, view: SimView, commit: Commit): Promise<void> {
    const before = view.tail;
    const showing = async (): Promise<void> => {
      await this.#time.sleep(
        this.#chance.chance(0.05) ? 500 * this.#chance.fraction() : 5 * this.#chance.fraction(),
      );
      await before;
      while (this.cutOff.has(node)) await this.#time.sleep(50);
      view.apply(commit, this.#time.nowMs);
    };
    view.tail = showing();
    await view.tail;
  }
}

/** What a node has seen of the stream: records, who names each blob, and blobs that wait to be reclaimed. */
export class SimView {
  applied = 1;
  tail: Promise<void> = Promise.resolve();
  readonly records = new Map<string, Versioned<ObjectRecord>>();
  readonly queue = new Map<string, { readonly blob: BlobRecord; readonly queuedMs: number }>();

  ring: RingRecord;

  constructor(ring: RingRecord) {
    this.ring = ring;
  }

  apply({ revision, name, record, ring }: Commit, nowMs: number): void {
    if (ring !== undefined) {
      this.ring = ring;
      this.applied = revision;
      return;
    }
    const previous = this.records.get(name);
    if (record === undefined) this.records.delete(name);
    else this.records.set(name, { record, revision });
    this.applied = revision;
    for (const blob of record?.blobs ?? []) this.queue.delete(blob.write);
    for (const blob of previous?.record.blobs ?? []) {
      if (!this.names(blob.write)) this.queue.set(blob.write, { blob, queuedMs: nowMs });
    }
  }

  names(write: string): boolean {
    for (const { record } of this.records.values())
      if (record.blobs.some((blob) => blob.write === write)) return true;
    return false;
  }

  holders(write: string): readonly string[] {
    return [...this.records]
      .filter(([, { record }]) => record.blobs.some((blob) => blob.write === write))
      .map(([name]) => name);
  }

  /** The different ways in which records name a blob. */
  naming(write: string): readonly BlobRecord[] {
    const different = new Map<string, BlobRecord>();
    for (const { record } of this.records.values())
      for (const blob of record.blobs) if (blob.write === write) different.set(JSON.stringify(blob), blob);
    return [...different.values()];
  }

  namesAfter(after: WriteId | '', limit: number): readonly BlobNames[] {
    const writes = new Set<WriteId>();
    for (const { record } of this.records.values())
      for (const { write } of record.blobs) if (write > after) writes.add(write);
    return [...writes]
      .sort()
      .slice(0, limit)
      .map((write) => ({ write, blobs: this.naming(write) }));
  }

  ripe(beforeMs: number, limit: number): readonly ReclaimEntry[] {
    const entries: ReclaimEntry[] = [];
    for (const [id, { blob, queuedMs }] of this.queue)
      if (queuedMs <= beforeMs && entries.length < limit) entries.push({ id, blob, queuedMs });
    return entries;
  }
}

function isFenced(expected: Expectation | Uncondemned): expected is Uncondemned {
  return typeof expected === 'object' && 'uncondemned' in expected;
}

/** Asked anew after every wait: the process may have died meanwhile. */
function isDead(life: Incarnation): boolean {
  return !life.alive;
}

function nameOf({ bucketId, key }: ObjectAddress): string {
  return `${bucketId}/${key}`;
}
