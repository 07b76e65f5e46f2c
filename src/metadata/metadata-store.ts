// The truth about buckets and objects: what `objects/` and `buckets/` may ask of the metadata plane.
//
// Invariants:
//   M1. A commit that resolved is on a quorum of disks (JetStream R3, sync_interval always).
//   M2. `get` answers from the stream leader; "absent" is confirmed against the local view, else it is an error.
//       `confirmed` answers from the local view once the leader said that it lacks nothing; it never says "absent".
//   M3. `list` shows every commit that resolved anywhere before the call (barrier + gap-fenced view).
//   M4. Whatever cannot be answered truthfully is `metadata-unavailable` or `metadata-fenced`, never "absent".

import type {
  BlobRecord,
  BucketRecord,
  NodeRecord,
  ObjectRecord,
  RingRecord,
  StoreWitnessRecord,
} from '../contracts/records.ts';
import type { NodeId } from '../core/ids.ts';
import type { EventNote } from './event-note.ts';
import type { BlobLedger } from './blob-ledger.ts';
import type { RepairDebt, RepairEntry } from './repair-debt.ts';
import type { ObjectSummary } from './record-codec.ts';
import type { CommitOutcome, Expectation, Uncondemned, Versioned } from './commits.ts';
import type { LifecycleTable } from './lifecycle-table.ts';
import type { UploadTable } from './upload-table.ts';
import type { VersionTable } from './version-table.ts';
import type { ViewSnapshot } from './view-snapshot.ts';

export type { RepairDebt, RepairEntry } from './repair-debt.ts';
export type { BlobLedger, BlobNames } from './blob-ledger.ts';
export type { CommitOutcome, Expectation, Uncondemned, Versioned } from './commits.ts';

export interface ObjectAddress {
  readonly bucketId: string;
  readonly key: string;
}

export interface ListedObject extends Versioned<ObjectSummary> {
  readonly key: string;
}

export interface ListQuery {
  readonly bucketId: string;
  /** Only keys that start with this. */
  readonly prefix: string;
  /** Rolls keys up to the first occurrence of this after the prefix; empty: no roll-up. */
  readonly delimiter: string;
  /**
   * Only entries after this key or common prefix, in UTF-8 byte order; empty: from the start. A key inside a group that
   * is rolled up leaves the rest of its group: the group is listed if it has a later key.
   */
  readonly after: string;
  /** Objects and common prefixes together. */
  readonly limit: number;
}

export type ListEntry =
  | { readonly kind: 'object'; readonly object: ListedObject }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ListPage {
  readonly entries: readonly ListEntry[];
  /** There is at least one more entry after the last one. */
  readonly truncated: boolean;
}

/** What becomes of the current version of a key in a bucket that is or was versioned: one step, all of it or nothing. */
export interface HeadChange {
  /** What becomes current; absent: nothing is left of the key. */
  readonly head?: ObjectRecord;
  /** What is current now. */
  readonly expected: Exclude<Expectation, 'any'>;
  /** The record that is current now, where it is to be kept: it goes to the archive. */
  readonly archived?: ObjectRecord;
  /** What followers of the stream are told of the new head, or of its absence. */
  readonly note?: EventNote;
  /** Leaves the archive: promoted to be current, or the `null` version that another one replaces. */
  readonly dropped?: { readonly version: string; readonly revision: number };
}

export interface ObjectTable {
  /** The current version; it may be a delete marker. */
  get(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined>;
  /**
   * The current version as the local view has it, which everything acknowledged before the call has reached. `undefined`: it
   * cannot say, ask `get`. For answers to readers; a commit is decided on what the leader has.
   */
  confirmed(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined>;
  /** What the local view has, perhaps of long ago: a hint of what `get` will say, never an answer. */
  glimpse(address: ObjectAddress): Versioned<ObjectRecord> | undefined;
  /** As `get`, but absence is not proven: for commits whose own condition proves it. */
  peek(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined>;
  /** `committed` has the revision of the new head, or of its tombstone. */
  change(address: ObjectAddress, change: HeadChange): Promise<CommitOutcome>;
  /** Retries after an ambiguous timeout happen inside and are recognised; a `conflict` is somebody else's record. */
  put(
    address: ObjectAddress,
    record: ObjectRecord,
    expected: Expectation | Uncondemned,
    note?: EventNote,
  ): Promise<CommitOutcome>;
  /**
   * Has the key be again what it was before the commit `taken`: the record of then, or none. Only over the record that is current at
   * `expected`, which `taken` made (and maintenance may have revised since); `conflict`: somebody else was there.
   */
  undo(address: ObjectAddress, taken: number, expected: number): Promise<CommitOutcome>;
  /** Writes a tombstone. */
  remove(
    address: ObjectAddress,
    requestId: string,
    expected: Expectation,
    note?: EventNote,
  ): Promise<CommitOutcome>;
  list(query: ListQuery): Promise<ListPage>;
}

export interface BucketTable {
  /** By name, from the leader. */
  get(name: string): Promise<Versioned<BucketRecord> | undefined>;
  /** By name, from the local view where it knows the bucket, else from the leader. May be a moment old. */
  lookup(name: string): Promise<Versioned<BucketRecord> | undefined>;
  put(record: BucketRecord, expected: Expectation): Promise<CommitOutcome>;
  remove(name: string, expected: Expectation): Promise<CommitOutcome>;
  /** Every bucket in name order, after a barrier. */
  list(): Promise<readonly Versioned<BucketRecord>[]>;
}

/** A blob that no record names any more, as this node's view has it; its shards may go once the grace is over. */
export interface ReclaimEntry {
  readonly id: string;
  readonly blob: BlobRecord;
  readonly queuedMs: number;
}

export interface MetadataStatus {
  readonly fenced: boolean;
  readonly appliedRevision: number;
  readonly lastRevision: number;
  readonly leader: string;
  readonly objects: number;
  readonly buckets: number;
}

export interface MetadataStore {
  readonly objects: ObjectTable;
  readonly versions: VersionTable;
  readonly buckets: BucketTable;
  readonly uploads: UploadTable;
  /** Durable once resolved. */
  oweRepair(entry: RepairEntry): Promise<void>;
  /**
   * Entries queued at least `graceMs` ago, oldest first, after a barrier: nothing committed before the call names them. Crash-safe:
   * an entry stays until `reclaimed`.
   */
  reclaimable(graceMs: number, limit: number): Promise<readonly ReclaimEntry[]>;
  reclaimed(ids: readonly string[]): Promise<void>;
  /** True once buckets and members in the local view are as of `revision` or later; false after `limitMs`. */
  reached(revision: number, limitMs: number): Promise<boolean>;
  /** The bucket's record as the local view has it (for the commit check after `reached`). */
  viewedBucket(name: string): Versioned<BucketRecord> | undefined;
  status(): Promise<MetadataStatus>;
  close(): Promise<void>;
}

/** How it is known that NATS syncs every write before it acknowledges (`sync_interval: always` is invisible to clients). */
export type Durability =
  /** We wrote the server's configuration and started it. */
  | 'supervised'
  /** The operator says so: `sync_interval_always = true`. */
  | 'asserted'
  /** Nobody does: for tests and trials. */
  | 'unsafe';

export interface MemberTable {
  /**
   * Introduces this node, or brings its record up to date; in the view when it resolves. Rejects with `peer-rejected` when a
   * member with this id has another key.
   */
  register(record: NodeRecord): Promise<void>;
  /** Forgets a member, so that its id may come back with another key. False when there is none, or it has just changed. */
  forget(id: NodeId): Promise<boolean>;
  /** By id, from the local view. */
  list(): readonly NodeRecord[];
  /** Which nodes take new shards, as of the local view; undefined until it was ever changed. */
  readonly ring: Versioned<RingRecord> | undefined;
  /** Changes it; in the view when it resolves with `committed`. */
  changeRing(record: RingRecord, expected: Expectation): Promise<CommitOutcome>;
  /** Calls `listener` after every change; the returned function ends it. */
  onChange(listener: () => void): () => void;
}

/** How far the data directories of the nodes had gone, by store id: a directory that knows less is an older copy. */
export interface WitnessTable {
  get(storeId: string): Promise<Versioned<StoreWitnessRecord> | undefined>;
  /** Replaces the record at `revision`, or writes the first one. */
  put(record: StoreWitnessRecord, revision: number | undefined): Promise<CommitOutcome>;
}

export interface PlaneStatus extends MetadataStatus {
  /** Empty while the stream is trusted. */
  readonly fenceReason: string;
  readonly durability: Durability;
  /** Whether the stream answered just now. */
  readonly reachable: boolean;
  readonly safeRevision: number;
  readonly reclaimQueue: number;
  /** Deletions whose trace is still in the stream. */
  readonly tombstones: number;
}

/** What `openMetadata` gives to the process: the store, and who is in the cluster. */
export interface MetadataPlane extends MetadataStore {
  readonly members: MemberTable;
  readonly witnesses: WitnessTable;
  readonly lifecycle: LifecycleTable;
  readonly blobs: BlobLedger;
  /** The next debt of this node, or `undefined` when the journal had none within `limitMs`. */
  nextDebt(limitMs: number): Promise<RepairDebt | undefined>;
  /**
   * Removes the traces of up to `limit` deletions that this node saw at least `ageMs` ago, oldest first; returns how many. A
   * node that was away for longer rebuilds its view, so the age is how long a node may be down cheaply: a day.
   */
  collectTombstones(ageMs: number, limit: number): Promise<number>;
  status(): Promise<PlaneStatus>;
  /** Everything that was acknowledged before this call, to be copied; the caller closes it. Throws `metadata-unavailable`, `metadata-fenced`. */
  snapshot(): Promise<ViewSnapshot>;
}
