// The metadata service of the simulated world: one linearizable stream, and a view of it per node that lags.
//
// Keeps the promises of metadata-store.ts, M1 to M4, and takes every liberty they leave: a commit whose answer is lost may have happened, may
// happen later, or never; what cannot be proven is an error.

import type { BlobRecord, BucketRecord, ObjectRecord } from '../../../src/contracts/records.ts';
import { assert } from '../../../src/core/assert.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { METADATA_PATIENCE_MS } from '../../../src/core/limits.ts';
import type {
  CommitOutcome,
  Expectation,
  MetadataStore,
  ObjectAddress,
  ReclaimEntry,
  RepairEntry,
  Versioned,
} from '../../../src/metadata/metadata-store.ts';
import type { SeededChance } from '../../support/seeded-chance.ts';
import { never, type Incarnation, type SimTime } from './sim-time.ts';

interface Commit {
  readonly revision: number;
  readonly name: string;
  readonly record: ObjectRecord | undefined;
}

/** How long after its caller gave up a commit that was held up may still arrive. */
const LATE_MS = 10_000;

export class SimMetadata {
  readonly truth = new Map<string, Versioned<ObjectRecord>>();
  readonly views = new Map<number, SimView>();
  readonly journal: RepairEntry[] = [];
  readonly bucket: BucketRecord;
  /** Nodes that do not reach a quorum. */
  readonly cutOff = new Set<number>();
  /** Multiplies the time that a request takes. */
  slowness = 1;
  #revision = 1;
  readonly #time: SimTime;
  readonly #chance: SeededChance;

  constructor(
    time: SimTime,
    chance: SeededChance,
    parts: { bucket: BucketRecord; nodes: readonly number[] },
  ) {
    this.#time = time;
    this.#chance = chance;
    this.bucket = parts.bucket;
    for (const node of parts.nodes) this.views.set(node, new SimView());
  }

  /** What a process on `life.node` sees. */
  of(life: Incarnation): MetadataStore {
    const view = this.views.get(life.node)!;
    const bucket = { record: this.bucket, revision: 1 };
    // What is missing is not simulated: whoever asks for it fails at once.
    const simulated: Partial<MetadataStore> = {
      objects: {
        get: (address) => this.#ask(life, () => this.truth.get(nameOf(address))),
        peek: (address) => this.#ask(life, () => this.truth.get(nameOf(address))),
        glimpse: (address) => view.records.get(nameOf(address)),
        put: (address, record, expected) =>
          this.#ask(life, () => this.#commit(nameOf(address), record, expected), true),
        remove: (address, _request, expected) =>
          this.#ask(life, () => this.#commit(nameOf(address), undefined, expected), true),
        change: (address, { head, expected, archived, dropped }) => {
          assert(archived === undefined && dropped === undefined, 'the simulated bucket has no versions');
          return this.#ask(life, () => this.#commit(nameOf(address), head, expected), true);
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
      oweRepair: (entry) => this.#ask(life, () => void this.journal.push(entry), true),
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
    return simulated as MetadataStore;
  }

  heal(): void {
    this.cutOff.clear();
  }

  /** Everything was seen by everybody. */
  get settled(): boolean {
    return [...this.views.values()].every(({ applied }) => applied === this.#revision);
  }

  async #barrier(life: Incarnation, view: SimView): Promise<void> {
    const revision = await this.#ask(life, () => this.#revision);
    while (view.applied < revision) await life.clock.sleep(1);
  }

  async #ask<T>(life: Incarnation, apply: () => T, isCommit = false): Promise<T> {
    if (isDead(life)) return never();
    const startedMs = this.#time.nowMs;
    await this.#time.sleep((0.5 + 2 * this.#chance.fraction()) * this.slowness);
    if (this.cutOff.has(life.node)) {
      const isLate = isCommit && this.#chance.chance(0.4);
      if (isLate)
        void this.#time.sleep(this.#chance.fraction() * (METADATA_PATIENCE_MS + LATE_MS)).then(apply);
      return this.#giveUp(life, startedMs);
    }
    const result = apply();
    await this.#time.sleep((0.5 + 2 * this.#chance.fraction()) * this.slowness);
    if (isDead(life)) return never();
    if (this.cutOff.has(life.node)) return this.#giveUp(life, startedMs);
    return result;
  }

  async #giveUp(life: Incarnation, startedMs: number): Promise<never> {
    await this.#time.sleep(startedMs + METADATA_PATIENCE_MS - this.#time.nowMs);
    if (isDead(life)) return never();
    throw new PredastoreError('metadata-unavailable', 'no quorum');
  }

  #commit(name: string, record: ObjectRecord | undefined, expected: Expectation): CommitOutcome {
    const current = this.truth.get(name);
    const fits =
      expected === 'any' ||
      (expected === 'absent' ? current === undefined : current?.revision === expected.revision);
    if (!fits) return { kind: 'conflict' };
    this.#revision += 1;
    const commit = { revision: this.#revision, name, record };
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

  apply({ revision, name, record }: Commit, nowMs: number): void {
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

  ripe(beforeMs: number, limit: number): readonly ReclaimEntry[] {
    const entries: ReclaimEntry[] = [];
    for (const [id, { blob, queuedMs }] of this.queue)
      if (queuedMs <= beforeMs && entries.length < limit) entries.push({ id, blob, queuedMs });
    return entries;
  }
}

/** Asked anew after every wait: the process may have died meanwhile. */
function isDead(life: Incarnation): boolean {
  return !life.alive;
}

function nameOf({ bucketId, key }: ObjectAddress): string {
  return `${bucketId}/${key}`;
}
