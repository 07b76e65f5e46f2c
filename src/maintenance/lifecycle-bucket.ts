// One walk over a bucket that ends what its lifecycle rules say: objects, versions, delete markers, uploads.
//
// Owns: looking at every version once, in the order of the listing, and judging it. Refuses: when to walk, and whose turn it is
// (lifecycle.ts); what a rule means (objects/expiry.ts).
//   1. What is judged is what a listing showed, after a barrier; it ends only while its record is still that one (compare-and-set). An
//      object that was overwritten, tagged or locked in between stays, and the next walk judges it anew.
//   2. A delete marker goes as the last of its key: once every older version is gone.
//   3. Memory is a page, however many versions a key has.

import type { LifecycleRule } from '../contracts/bucket-settings.ts';
import type { BucketRecord, LifecyclePosition } from '../contracts/records.ts';
import type { Versioned } from '../metadata/commits.ts';
import {
  coveredPrefixes,
  currentExpiry,
  endsUploads,
  endsVersions,
  loneMarkerExpiry,
  noncurrentExpiry,
  uploadExpiry,
  type Calendar,
  type Due,
} from '../objects/expiry.ts';
import type { MultipartStore } from '../objects/multipart-store.ts';
import {
  versionName,
  type ObjectStore,
  type RemoveRequest,
  type VersionEntry,
} from '../objects/object-store.ts';
import type { Clock } from '../platform/clock.ts';
import { Limiter } from '../platform/limiter.ts';
import type { Pace } from './pace.ts';

/** Rows a page: a millisecond or two of reading. */
const PAGE_ROWS = 500;
/** Between two pages: leaves the thread to requests. */
const BREATH_MS = 5;
/** Deletions under way at once: they wait for disks, not for us. */
const AT_ONCE = 8;

export type EndedKind = 'expired' | 'marked' | 'noncurrent' | 'markers' | 'uploads' | 'passedOver';

export interface WalkParts {
  readonly objects: Pick<ObjectStore, 'listVersions' | 'remove'>;
  readonly multipart: Pick<MultipartStore, 'listUploads' | 'abort'>;
  /** The bucket as it is by now: rules that were taken away end nothing more. */
  readonly current: (name: string) => Versioned<BucketRecord> | undefined;
  readonly calendar: Calendar;
  /** Deletions, not bytes. */
  readonly pace: Pace;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  readonly requestId: () => string;
  readonly examined: (rows: number) => void;
  readonly ended: (kind: EndedKind, key: string, ruleId: string) => void;
}

/** Told how far the walk is; false ends it. */
type Keep = (reached: LifecyclePosition) => Promise<boolean>;

type ListedVersion = Extract<VersionEntry, { kind: 'version' }>['version'];

/** What is known of the key whose versions are being listed. */
interface KeyInSight {
  readonly key: string;
  /** The current version, where it is a delete marker. */
  readonly marker: ListedVersion | undefined;
  /** Noncurrent versions seen so far. */
  older: number;
  /** When the version before the next one was written. */
  successorMs: number;
  /** Removals of noncurrent versions under way, and whether each came to pass. */
  removals: Promise<boolean>[];
  /** Every noncurrent version so far is gone, or will be when `removals` have come to pass. */
  isBare: boolean;
}

export class BucketWalk {
  readonly #parts: WalkParts;
  readonly #bucket: BucketRecord;
  #rules: readonly LifecycleRule[];
  readonly #line = new Limiter(AT_ONCE, Infinity);
  #work: Promise<unknown>[] = [];
  #sight: KeyInSight | undefined;

  constructor(parts: WalkParts, bucket: BucketRecord) {
    this.#parts = parts;
    this.#bucket = bucket;
    this.#rules = bucket.settings?.lifecycle?.Rules ?? [];
  }

  /** From `reached` on, if that is in this bucket. False: `keep` or the end of the process ended it early. */
  async run(reached: LifecyclePosition | undefined, keep: Keep): Promise<boolean> {
    const isHere = reached?.bucketId === this.#bucket.id;
    const versionsAfter = isHere && reached.table === 'versions' ? reached.after : '';
    const uploadsAfter = isHere && reached.table === 'uploads' ? reached.after : '';
    if (!(isHere && reached.table === 'uploads') && !(await this.#walkVersions(versionsAfter, keep)))
      return false;
    return this.#walkUploads(uploadsAfter, keep);
  }

  async #walkVersions(after: string, keep: Keep): Promise<boolean> {
    for (const prefix of coveredPrefixes(this.#rules, endsVersions)) {
      let keyMarker = after;
      let versionMarker = '';
      for (;;) {
        const page = await this.#parts.objects.listVersions({
          bucket: this.#bucket,
          prefix,
          delimiter: '',
          keyMarker,
          versionMarker,
          limit: PAGE_ROWS,
        });
        if (page.kind === 'no-such-bucket' || !this.#readRules()) return !this.#isStopping();
        const { entries, truncated } = page.page;
        const versions = entries.flatMap((entry) => (entry.kind === 'version' ? [entry.version] : []));
        const keysBefore = this.#judgePage(versions);
        const last = versions.at(-1);
        if (!truncated || last === undefined) this.#leaveKey();
        await this.#settle(entries.length);
        if (!(await this.#mayGoOn('versions', keysBefore, keep))) return false;
        if (!truncated || last === undefined) break;
        keyMarker = last.key;
        versionMarker = versionName(last.record);
      }
    }
    return true;
  }

  /** Takes the rules of this moment; false: there are none any more. */
  #readRules(): boolean {
    const current = this.#parts.current(this.#bucket.name)?.record;
    this.#rules = current?.id === this.#bucket.id ? (current.settings?.lifecycle?.Rules ?? []) : [];
    return this.#rules.length > 0;
  }

  /** Returns the last key that was seen to its end; empty: none. */
  #judgePage(versions: readonly ListedVersion[]): string {
    let done = '';
    for (const version of versions) {
      const before = this.#sight;
      if (before?.key !== version.key) {
        this.#leaveKey();
        done = before?.key ?? done;
        this.#enterKey(version);
      } else if (version.isLatest) {
        // The row that a page ended with is gone, and its key is listed from its newest version on.
        this.#enterKey(version);
      } else {
        this.#judgeNoncurrent(before, version);
      }
    }
    return done;
  }

  #enterKey(current: ListedVersion): void {
    const { key, record, revision } = current;
    const isMarker = record.deleteMarker === true;
    const marker = isMarker ? current : undefined;
    const successorMs = Date.parse(record.modified);
    this.#sight = { key, marker, older: 0, successorMs, removals: [], isBare: true };
    if (isMarker) return;
    const due = currentExpiry(this.#rules, { ...record, key, modifiedMs: successorMs }, this.#parts.calendar);
    if (!this.#isDue(due)) return;
    void this.#begin(async () => {
      const outcome = await this.#remove({ key, expiry: { revision } });
      const kind = outcome?.versionId === undefined ? 'expired' : 'marked';
      this.#count(outcome === undefined ? 'passedOver' : kind, key, due);
    });
  }

  #judgeNoncurrent(sight: KeyInSight, { key, record, revision }: ListedVersion): void {
    const candidate =
      record.deleteMarker === true ? { key } : { key, size: record.size, tags: record.tags ?? {} };
    const aged = { ...candidate, sinceMs: sight.successorMs, newer: sight.older };
    const due = noncurrentExpiry(this.#rules, aged, this.#parts.calendar);
    sight.older += 1;
    sight.successorMs = Date.parse(record.modified);
    if (!this.#isDue(due)) {
      sight.isBare = false;
      return;
    }
    const removal = this.#begin(async () => {
      const removed = await this.#remove({ key, versionId: versionName(record), expiry: { revision } });
      this.#count(removed === undefined ? 'passedOver' : 'noncurrent', key, due);
      return removed !== undefined;
    });
    sight.removals.push(removal);
  }

  /** Every version of the key in sight has been seen. */
  #leaveKey(): void {
    const sight = this.#sight;
    this.#sight = undefined;
    if (sight?.marker === undefined || !sight.isBare) return;
    const { key, record, revision } = sight.marker;
    const marker = { key, modifiedMs: Date.parse(record.modified) };
    const due = loneMarkerExpiry(this.#rules, marker, this.#parts.calendar);
    if (!this.#isDue(due)) return;
    this.#work.push(
      Promise.all(sight.removals).then(async (removed) => {
        if (removed.includes(false)) return;
        await this.#begin(async () => {
          const versionId = versionName(record);
          const outcome = await this.#remove({ key, versionId, expiry: { revision, isLone: true } });
          this.#count(outcome === undefined ? 'passedOver' : 'markers', key, due);
        });
      }),
    );
  }

  async #walkUploads(after: string, keep: Keep): Promise<boolean> {
    for (const prefix of coveredPrefixes(this.#rules, endsUploads)) {
      let keyMarker = after;
      let uploadIdMarker = '';
      for (;;) {
        const query = { prefix, delimiter: '', keyMarker, uploadIdMarker, limit: PAGE_ROWS };
        const page = await this.#parts.multipart.listUploads({ bucket: this.#bucket, ...query });
        if (page.kind === 'no-such-bucket' || !this.#readRules()) return !this.#isStopping();
        const { entries, truncated } = page.page;
        const uploads = entries.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload.record] : []));
        for (const upload of uploads) this.#judgeUpload(upload);
        await this.#settle(entries.length);
        const last = uploads.at(-1);
        // Other uploads of the last key may be on the next page.
        const done = uploads.findLast(({ key }) => key !== last?.key)?.key ?? '';
        if (!(await this.#mayGoOn('uploads', done, keep))) return false;
        if (!truncated || last === undefined) break;
        keyMarker = last.key;
        uploadIdMarker = last.id;
      }
    }
    return true;
  }

  #judgeUpload({ key, id, initiated }: { key: string; id: string; initiated: string }): void {
    const due = uploadExpiry(this.#rules, { key, initiatedMs: Date.parse(initiated) }, this.#parts.calendar);
    if (!this.#isDue(due)) return;
    void this.#begin(async () => {
      const outcome = await this.#parts.multipart.abort({ bucket: this.#bucket, key, uploadId: id });
      this.#count(outcome.kind === 'aborted' ? 'uploads' : 'passedOver', key, due);
    });
  }

  /** Undefined: it was not what it had been, or is locked. */
  async #remove(
    what: Pick<RemoveRequest, 'key' | 'versionId' | 'expiry'>,
  ): Promise<{ readonly versionId?: string } | undefined> {
    const { objects, requestId } = this.#parts;
    const request = { bucket: this.#bucket, conditions: {}, requestId: requestId(), ...what };
    const outcome = await objects.remove(request);
    return outcome.kind === 'removed' ? outcome : undefined;
  }

  /** `#settle` waits for it, and hears of its failure. */
  #begin<T>(work: () => Promise<T>): Promise<T> {
    const { pace, stopping } = this.#parts;
    const running = this.#line.run(async () => {
      await pace.take(1, stopping);
      stopping.throwIfAborted();
      return work();
    });
    this.#work.push(running);
    return running;
  }

  #count(kind: EndedKind, key: string, { ruleId }: Due): void {
    this.#parts.ended(kind, key, ruleId);
  }

  /** Waits for what the page began; the first failure is thrown once everything has ended. */
  async #settle(rows: number): Promise<void> {
    this.#parts.examined(rows);
    while (this.#work.length > 0) {
      const work = this.#work;
      this.#work = [];
      const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    }
    const sight = this.#sight;
    if (sight !== undefined) {
      if ((await Promise.all(sight.removals)).includes(false)) sight.isBare = false;
      sight.removals = [];
    }
    await this.#parts.clock.sleep(BREATH_MS, this.#parts.stopping);
  }

  async #mayGoOn(table: LifecyclePosition['table'], after: string, keep: Keep): Promise<boolean> {
    if (this.#isStopping()) return false;
    const { name: bucket, id: bucketId } = this.#bucket;
    return after === '' || keep({ bucket, bucketId, table, after });
  }

  #isDue(due: Due | undefined): due is Due {
    return due !== undefined && due.atMs <= this.#parts.clock.nowMs();
  }

  #isStopping(): boolean {
    return this.#parts.stopping.aborted;
  }
}
