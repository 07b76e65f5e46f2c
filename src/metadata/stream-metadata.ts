// The metadata plane of one node: tables over the log, the view and its feed.

import type { StreamAdmin, StreamState } from '../bus/stream-admin.ts';
import type { StreamTail, TailBatch, TailFollower, TailPosition } from '../bus/stream-tail.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { PredastoreError } from '../core/errors.ts';
import { METADATA_PATIENCE_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { GaugeMetric, Metrics } from '../platform/metrics.ts';
import { supervise } from '../platform/supervise.ts';
import type { Barrier } from './barrier.ts';
import type { BlobLedger } from './blob-ledger.ts';
import { StreamBuckets } from './bucket-table.ts';
import { StreamMembers } from './member-table.ts';
import type { LifecycleTable } from './lifecycle-table.ts';
import type { MetadataLog } from './metadata-log.ts';
import type {
  BucketTable,
  Durability,
  MemberTable,
  MetadataPlane,
  ObjectTable,
  PlaneStatus,
  ReclaimEntry,
  RepairDebt,
  RepairEntry,
  Versioned,
} from './metadata-store.ts';
import { StreamObjects } from './object-table.ts';
import { ReclaimClock } from './reclaim-clock.ts';
import type { RepairJournal } from './repair-journal.ts';
import { RevisionWaiters } from './revision-waiters.ts';
import type { StreamTrust } from './stream-trust.ts';
import { StreamLifecycle } from './stream-lifecycle.ts';
import { StreamUploads } from './stream-uploads.ts';
import { StreamVersions } from './stream-versions.ts';
import { METADATA_STREAM } from './subjects.ts';
import { readFloor, TombstoneCollector } from './tombstone-collector.ts';
import type { WitnessTable } from './metadata-store.ts';
import type { UploadTable } from './upload-table.ts';
import type { VersionTable } from './version-table.ts';
import { ViewBlobLedger } from './view-blob-ledger.ts';
import { ViewCurrency } from './view-currency.ts';
import { ViewWriter } from './view-writer.ts';
import type { View } from './view.ts';
import type { ViewSnapshot } from './view-snapshot.ts';
import { StreamWitnesses } from './witness-table.ts';

/** Each waits for a barrier. */
const SNAPSHOT_ATTEMPTS = 5;

export interface PlaneParts {
  readonly view: View;
  readonly trust: StreamTrust;
  readonly log: MetadataLog;
  readonly barrier: Barrier;
  readonly journal: RepairJournal;
  readonly admin: StreamAdmin;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly durability: Durability;
}

export class StreamMetadata implements MetadataPlane, TailFollower {
  readonly objects: ObjectTable;
  readonly versions: VersionTable;
  readonly buckets: BucketTable;
  readonly uploads: UploadTable;
  readonly members: MemberTable;
  readonly witnesses: WitnessTable;
  readonly lifecycle: LifecycleTable;
  readonly blobs: BlobLedger;
  readonly #parts: PlaneParts;
  /** For what was delivered: buckets and members are in memory. */
  readonly #delivered: RevisionWaiters;
  /** For what was written: objects can be listed. */
  readonly #written: RevisionWaiters;
  readonly #writer: ViewWriter;
  readonly #members: StreamMembers;
  readonly #collector: TombstoneCollector;
  readonly #reclaimClock: ReclaimClock;
  readonly #appliedGauge: GaugeMetric;
  readonly #reclaimGauge: GaugeMetric;
  readonly #closing = new AbortController();
  #sweeping: Promise<void> | undefined;
  #tail: { readonly tail: StreamTail; readonly running: Promise<void> } | undefined;

  constructor(parts: PlaneParts) {
    const { log, view, clock, metrics } = parts;
    this.#parts = parts;
    this.#delivered = new RevisionWaiters(clock, view.position.safe);
    this.#written = new RevisionWaiters(clock, view.position.safe);
    this.#writer = new ViewWriter({
      ...parts,
      awaited: () => this.#written.waiting,
      written: (safe) => {
        this.#written.advance(safe);
        this.#reclaimGauge.set(view.reclaim.length);
      },
    });
    this.objects = new StreamObjects({
      log,
      view,
      currency: new ViewCurrency(log, this.#delivered),
      writer: this.#writer,
      catchUp: () => this.#catchUp(this.#written),
    });
    this.versions = new StreamVersions(log, view, () => this.#catchUp(this.#written));
    this.buckets = new StreamBuckets(log, view, () => this.#catchUp(this.#delivered));
    this.uploads = new StreamUploads({
      log,
      view,
      catchUp: () => this.#catchUp(this.#written),
      delivered: this.#delivered,
    });
    this.blobs = new ViewBlobLedger({ ...parts, catchUp: () => this.#catchUp(this.#written) });
    this.#members = new StreamMembers(log, view, this.#delivered);
    this.members = this.#members;
    this.witnesses = new StreamWitnesses(log);
    this.lifecycle = new StreamLifecycle(log);
    this.#reclaimClock = new ReclaimClock(clock);
    this.#collector = new TombstoneCollector(view.tombstones, log, parts.admin);
    this.#appliedGauge = metrics.gauge(
      'predastore_metadata_view_revision',
      'Last revision in the local view',
    );
    this.#reclaimGauge = metrics.gauge(
      'predastore_metadata_reclaim_queue',
      'Replaced blobs waiting for their grace',
    );
  }

  /** Starts feeding the view. */
  follow(tail: StreamTail): void {
    // When the feed ends, nobody need wait for it any longer.
    const running = tail.run().finally(() => this.#dismiss());
    supervise(running, this.#parts.logger, 'feeding the metadata view');
    this.#tail = { tail, running };
    this.#sweeping = this.#collector.run(this.#parts.clock, this.#parts.logger, this.#closing.signal);
  }

  async accept(state: StreamState | undefined, position: TailPosition): Promise<TailPosition | undefined> {
    const { trust, barrier, log, logger } = this.#parts;
    // A stream that cannot be found may be one that is not loaded yet; only one that is there can be a wrong one.
    if (state === undefined) return trust.fenced ? undefined : position;
    if (!(await trust.isSame(state))) return undefined;
    // A new leader may report less than it knows. An append is decided by a quorum, and fences if it went backwards.
    if (state.lastSequence < position.applied) await barrier.pass();
    if (trust.fenced) return undefined;
    const { floor } = await readFloor(log);
    if (position.applied === 0 || position.applied >= floor) return position;
    logger.warn('the metadata view missed deletions: rebuilding it', { applied: position.applied, floor });
    this.#delivered.restart();
    this.#written.restart();
    await this.#writer.reset();
    return { applied: 0, safe: 0 };
  }

  async apply(batch: TailBatch): Promise<void> {
    const membersChanged = this.#parts.view.anticipate(batch);
    this.#appliedGauge.set(batch.applied);
    this.#delivered.advance(batch.safe);
    if (membersChanged) this.#members.notify();
    await this.#writer.add(batch);
  }

  oweRepair(entry: RepairEntry): Promise<void> {
    return this.#parts.journal.owe(entry);
  }

  nextDebt(limitMs: number): Promise<RepairDebt | undefined> {
    return this.#parts.journal.next(limitMs);
  }

  async reclaimable(graceMs: number, limit: number): Promise<readonly ReclaimEntry[]> {
    const { trust, view } = this.#parts;
    // A stream that lost records may have "replaced" what is the last copy.
    if (trust.fenced) return [];
    const beforeMs = this.#reclaimClock.ripeBeforeMs(graceMs);
    if (view.reclaim.ripe(beforeMs, 1).length === 0) return [];
    // A copy may have been committed that the view has not seen yet: then the blob is in use again.
    await this.#catchUp(this.#written);
    return view.reclaim.ripe(beforeMs, limit);
  }

  async reclaimed(ids: readonly string[]): Promise<void> {
    const { reclaim } = this.#parts.view;
    await reclaim.remove(ids);
    this.#reclaimGauge.set(reclaim.length);
  }

  collectTombstones(ageMs: number, limit: number): Promise<number> {
    const { trust, clock } = this.#parts;
    if (trust.fenced) return Promise.resolve(0);
    return this.#collector.collect(clock.nowMs() - ageMs, limit);
  }

  reached(revision: number, limitMs: number): Promise<boolean> {
    return this.#delivered.reached(revision, limitMs);
  }

  viewedBucket(name: string): Versioned<BucketRecord> | undefined {
    return this.#parts.view.bucket(name);
  }

  async status(): Promise<PlaneStatus> {
    const { view, trust, admin, durability } = this.#parts;
    const state = await admin.state(METADATA_STREAM).catch(() => undefined);
    return {
      fenced: trust.fenced,
      fenceReason: view.fence,
      durability,
      reachable: state !== undefined,
      appliedRevision: view.position.applied,
      safeRevision: view.position.safe,
      lastRevision: state?.lastSequence ?? view.position.applied,
      leader: state?.leader ?? '',
      objects: view.objectCount,
      buckets: view.buckets().length,
      reclaimQueue: view.reclaim.length,
      tombstones: view.tombstones.length,
    };
  }

  async snapshot(): Promise<ViewSnapshot> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#catchUp(this.#written);
      const snapshot = this.#parts.view.snapshot();
      const { applied, safe } = snapshot.state.position;
      // A view that skipped superseded messages may miss what replaced them: for a moment, unless it is being filled anew.
      if (safe >= applied) return snapshot;
      snapshot.close();
      if (attempt === SNAPSHOT_ATTEMPTS)
        throw new PredastoreError(
          'metadata-unavailable',
          `the view is at ${applied}, and whole only up to ${safe}`,
        );
    }
  }

  async close(): Promise<void> {
    this.#parts.log.close();
    this.#closing.abort();
    await this.#tail?.tail.stop();
    await this.#tail?.running;
    await this.#sweeping;
    await this.#writer.close();
    await this.#parts.view.close();
  }

  /** Waits until the view holds every commit acknowledged before now, anywhere. */
  async #catchUp(waiters: RevisionWaiters): Promise<void> {
    const { trust, barrier } = this.#parts;
    trust.refuseFenced();
    const revision = await barrier.pass();
    const reaching = waiters.reached(revision, METADATA_PATIENCE_MS);
    if (waiters === this.#written) this.#writer.flush();
    const reached = await reaching;
    trust.refuseFenced();
    if (!reached) {
      throw new PredastoreError(
        'metadata-unavailable',
        `the view did not reach revision ${revision} in time`,
      );
    }
  }

  #dismiss(): void {
    this.#delivered.dismiss();
    this.#written.dismiss();
  }
}
