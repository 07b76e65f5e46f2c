// Makes metadata anew from what lies sealed beside the shards, when JetStream and every view are lost.
//
// Owns: deciding what each key was. Refuses: reading shards (it is told of each), filling the stream (metadata/stream-succession.ts does
// that from the view that is made here).
//
// Shards know what was written, not what happened to it later. The rules:
//   - Of several writes of a key in a bucket without versions the last one counts; with versions each is one.
//   - A write of which too few shards are left to read it, though every node that had one was asked, was deleted: shards go with objects.
//   - Parts become an open upload again, or the object where the caller says so: whether they were completed is not known.
//   - A bucket comes back under the name, id and account that were sealed with its newest write.
//
// With a copy of the metadata (copied-metadata.ts) that is what is begun with, and writes that it knows, named or replaced, say nothing new:
//   - What was written after it is added by the rules above. Where a name of the copy can still be read and a newer write of the key too, the
//     newer one counts, and the key is told: the older one was replaced in the last minutes, or the newer one never committed.
//   - What was begun before the copy and is not in it was under way, or never committed: it is added where it is the newest, and told.
//   - An upload that was begun before the copy and is not open in it had ended.
//
// Invariants:
//   R1. Only a view that was empty is written to.
//   R2. Nothing is left out in silence: whatever is not restored is counted, by reason.

import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';
import { createHash } from 'node:crypto';
import { assert } from '../core/assert.ts';
import {
  composeVersionId,
  NULL_VERSION,
  versionIdBytes,
  writeTimeMs,
  type NodeId,
  type WriteId,
} from '../core/ids.ts';
import { MULTIPART_PARTS_MAX } from '../core/limits.ts';
import type { FoundSeal, GatheredSeals } from '../metadata/gathered-seals.ts';
import { encodeObject, encodeRecord } from '../metadata/record-codec.ts';
import type { SealedBucket } from '../metadata/sealed-record.ts';
import {
  bucketSubject,
  objectSubject,
  partSubject,
  uploadSubject,
  versionSubject,
} from '../metadata/subjects.ts';
import type { UploadAddress } from '../metadata/upload-table.ts';
import { versionName } from '../metadata/version-table.ts';
import type { View } from '../metadata/view.ts';
import { assembledObject } from '../objects/assembled-object.ts';
import { checksumOfParts } from '../objects/part-checksums.ts';
import { CopiedMetadata, type CheckedCopy } from './copied-metadata.ts';
import { FoundBlobs } from './found-blobs.ts';
import { NameList, type NamedKeys } from './name-list.ts';
import { ViewFiller } from './view-filler.ts';

export interface RebuildPlan {
  readonly seals: GatheredSeals;
  /** Empty. */
  readonly view: View;
  /** What is begun with; its records are held against the shards. */
  readonly copy?: CheckedCopy;
  /** Every node whose shards were looked at. */
  readonly nodes: ReadonlySet<NodeId>;
  /** Uploads whose parts follow each other from 1 become objects; otherwise they are open again. */
  readonly completesUploads: boolean;
}

export interface RebuildReport {
  readonly buckets: number;
  readonly objects: number;
  readonly versions: number;
  /** Open again. */
  readonly uploads: number;
  readonly parts: number;
  /** Writes that a later one of the same key, or part, replaced. */
  readonly replaced: number;
  /** Writes with too few shards left: deleted, or lost. */
  readonly unreadable: number;
  /** Writes in a bucket whose name no shard knows: sealed by a version before this one. */
  readonly nameless: number;
  /** Restored without some of its ACL, tags, headers, metadata: they were too large for the seal. */
  readonly partial: number;
  /** With a copy: what became of it. */
  readonly copied?: CopiedReport;
}

/** Names are `bucket/key`. */
export interface CopiedReport {
  readonly path: string;
  readonly node: NodeId;
  readonly takenMs: number;
  readonly stream: string;
  readonly applied: number;
  /** Records in the copy. */
  readonly records: number;
  /** Of the copy, and left out: their shards are gone, and nothing newer has the name. */
  readonly deleted: NamedKeys;
  /** Of the copy, and left out: their shards are gone, and a newer write has the name. */
  readonly replacedSince: number;
  /** Older versions and parts of the copy whose shards are gone. */
  readonly droppedVersions: number;
  readonly droppedParts: number;
  /** Stay, though too few of their shards are left. */
  readonly unreadable: NamedKeys;
  /** A newer write took the name of one that can be read as well. */
  readonly undecided: NamedKeys;
  /** Added, though their write began before the copy, which does not name them. */
  readonly early: NamedKeys;
  /** Empty, or bytes that have other names too: shards would not say that they were deleted. */
  readonly unproven: NamedKeys;
}

type Counts = Record<Exclude<keyof RebuildReport, 'copied'>, number>;

const BATCH_ROWS = 1_000;
/** Clocks of nodes differ by less. */
const CLOCK_SLACK_MS = 60_000;

export async function rebuildMetadata(plan: RebuildPlan): Promise<RebuildReport> {
  assert(plan.view.position.applied === 0, 'metadata is rebuilt into an empty view');
  plan.seals.flush();
  return new MetadataRebuild(plan).run();
}

class MetadataRebuild {
  readonly #plan: RebuildPlan;
  readonly #blobs: FoundBlobs;
  readonly #buckets = new Map<string, SealedBucket>();
  readonly #counts: Counts = {
    buckets: 0,
    objects: 0,
    versions: 0,
    uploads: 0,
    parts: 0,
    replaced: 0,
    unreadable: 0,
    nameless: 0,
    partial: 0,
  };
  readonly #filler: ViewFiller;
  readonly #copied: CopiedMetadata | undefined;
  readonly #undecided = new NameList();
  readonly #early = new NameList();

  constructor(plan: RebuildPlan) {
    this.#plan = plan;
    const { copy, view, nodes } = plan;
    this.#blobs = new FoundBlobs(plan.seals, nodes);
    this.#filler = new ViewFiller(view);
    const parts = { view, filler: this.#filler, blobs: this.#blobs, asked: nodes };
    this.#copied = copy && new CopiedMetadata({ ...parts, copy });
  }

  async run(): Promise<RebuildReport> {
    await this.#copied?.load();
    await this.#restoreBuckets();
    // Uploads after the objects: a completed one is held against what its key has.
    for (const isUpload of [false, true]) {
      for (const group of this.#plan.seals.groups()) {
        if ((group[0]?.sealed.upload !== undefined) === isUpload) await this.#restoreGroup(group);
      }
      await this.#filler.flush();
    }
    return this.#report();
  }

  async #report(): Promise<RebuildReport> {
    const { copy } = this.#plan;
    await this.#keepReplaced();
    if (this.#copied === undefined || copy === undefined) return this.#counts;
    const { path, summary } = copy;
    const { node, takenMs, stream, applied, records } = summary;
    // As far as the lost stream went in the copy: nodes whose views go further refuse to give that up.
    await this.#filler.reach(applied);
    const { deleted, replaced: replacedSince } = this.#copied.fates();
    const { droppedParts, droppedVersions, unreadable, unproven } = this.#copied;
    const told = { deleted, unreadable, unproven, undecided: this.#undecided, early: this.#early };
    const copied = {
      path,
      node,
      takenMs,
      stream,
      applied,
      records,
      replacedSince,
      droppedVersions,
      droppedParts,
    };
    return { ...this.#counts, copied: { ...copied, ...told } };
  }

  /** What was replaced on the way stays on the disks until an operator has looked at it (orphans are held back after a restoration). */
  async #keepReplaced(): Promise<void> {
    const { reclaim } = this.#plan.view;
    for (;;) {
      const queued = reclaim.ripe(Number.MAX_SAFE_INTEGER - 1, BATCH_ROWS);
      if (queued.length === 0) return;
      await reclaim.remove(queued.map(({ id }) => id));
    }
  }

  async #restoreBuckets(): Promise<void> {
    const known = this.#plan.view.buckets().map(({ record }) => record);
    this.#nameBuckets();
    for (const [id, sealed] of this.#buckets) {
      const before = known.find(({ name }) => name === sealed.name);
      // Settings are not sealed: those of the copy stay, but for what newer writes say of versions.
      const bucket: BucketRecord =
        before?.id === id ? { ...before, ...versioningOf(sealed) } : { ...sealed, id, state: 'active' };
      await this.#filler.put(bucketSubject(bucket.name), encodeRecord(bucket));
      if (before === undefined) this.#counts.buckets += 1;
    }
    const named = new Set([...this.#buckets.values()].map(({ name }) => name));
    for (const bucket of known) if (!named.has(bucket.name)) this.#buckets.set(bucket.id, bucket);
    await this.#filler.flush();
  }

  /** Whether a copy has already said what became of this write. */
  #isKnown(write: WriteId): boolean {
    const { copy, view } = this.#plan;
    return copy !== undefined && (copy.replaced.has(write) || view.fateOf(write) !== 'unknown');
  }

  /** Whether it was there when the copy was made; without one nothing is said to have been. */
  #precedesCopy(timeMs: number, slackMs: number): boolean {
    const { copy } = this.#plan;
    return copy !== undefined && timeMs < copy.summary.takenMs - slackMs;
  }

  /** Made before the copy, and not in it: it had been deleted, or is in it under its own name. */
  #wasBucketBefore({ id, created }: SealedBucket & { readonly id: string }): boolean {
    const known = this.#plan.view.buckets().some(({ record }) => record.id === id);
    return !known && this.#precedesCopy(Date.parse(created), CLOCK_SLACK_MS);
  }

  /** A name belongs to the bucket that was made last: an earlier one of the same name had been deleted. */
  #nameBuckets(): void {
    const byName = new Map<string, { readonly writtenMs: number; readonly bucket: SealedBucket }>();
    for (const group of this.#plan.seals.groups()) {
      for (const { write, sealed } of group) {
        if (sealed.in === undefined || this.#isKnown(write) || !this.#blobs.isReadable(sealed.record))
          continue;
        if (this.#wasBucketBefore(sealed.in)) continue;
        const known = byName.get(sealed.in.name);
        const writtenMs = writeTimeMs(write);
        if (known === undefined || isNewer({ writtenMs, bucket: sealed.in }, known))
          byName.set(sealed.in.name, { writtenMs, bucket: sealed.in });
      }
    }
    for (const { bucket } of byName.values()) this.#buckets.set(bucket.id, bucket);
  }

  async #restoreGroup(group: readonly FoundSeal[]): Promise<void> {
    const news = group.filter(({ write }) => !this.#isKnown(write));
    const readable = news.filter(({ sealed }) => this.#blobs.isReadable(sealed.record));
    this.#counts.unreadable += news.length - readable.length;
    const [first] = group;
    // An upload that the copy has open may be complete without anything new.
    if (first === undefined || (readable.length === 0 && first.sealed.upload === undefined)) return;
    const { bucket, key, upload } = first.sealed;
    if (!this.#buckets.has(bucket)) {
      this.#counts.nameless += readable.length;
      return;
    }
    this.#counts.partial += readable.filter(({ sealed }) => sealed.left !== undefined).length;
    if (upload === undefined) await this.#restoreKey(bucket, key, readable.flatMap(objectOf));
    else await this.#restoreUpload(bucket, key, upload, readable);
  }

  /** What was written of a key, on top of what the view has of it already. */
  async #restoreKey(bucketId: string, key: string, written: readonly ObjectRecord[]): Promise<void> {
    const { view } = this.#plan;
    const current = view.head({ bucketId, key });
    const archivedNull = view.archivedVersion({ bucketId, key, version: NULL_VERSION });
    const known = [current, archivedNull].filter((record) => record !== undefined);
    const records = [...known, ...written].sort(byAge);
    const isVersioned = records.some(({ versionId }) => versionId !== undefined);
    const lastNull = records.findLast((record) => versionName(record) === NULL_VERSION);
    // Without versions every write is named `null`, and the last one counts.
    const kept = records.filter((record) => versionName(record) !== NULL_VERSION || record === lastNull);
    this.#counts.replaced += records.length - kept.length;
    if (
      current !== undefined &&
      current.blobs.length > 0 &&
      !kept.includes(current) &&
      this.#copied !== undefined
    )
      this.#undecided.add(this.#copied.nameOf(bucketId, key));
    this.#noteEarly(
      bucketId,
      key,
      kept.filter((record) => !known.includes(record)),
    );
    if (isVersioned && lastNull !== undefined && !known.includes(lastNull))
      await this.#dropArchivedNull(bucketId, key);
    const head = kept.pop();
    for (const record of kept) {
      if (record === archivedNull) continue;
      const subject = versionSubject(bucketId, versionName(record), key);
      await this.#filler.put(subject, encodeObject(this.#blobs.relocated(record)));
      this.#counts.versions += 1;
    }
    if (head === undefined || head === current) return;
    await this.#filler.put(objectSubject(bucketId, key), encodeObject(this.#blobs.relocated(head)));
    this.#counts.objects += 1;
  }

  #noteEarly(bucketId: string, key: string, added: readonly ObjectRecord[]): void {
    if (this.#copied === undefined) return;
    for (const { blobs } of added) {
      if (blobs.every(({ write }) => this.#precedesCopy(writeTimeMs(write), 0)))
        this.#early.add(this.#copied.nameOf(bucketId, key));
    }
  }

  async #dropArchivedNull(bucketId: string, key: string): Promise<void> {
    const address = { bucketId, key, version: NULL_VERSION };
    if (this.#plan.view.versionRevision(address) === 0) return;
    await this.#filler.remove(versionSubject(bucketId, NULL_VERSION, key));
  }

  async #restoreUpload(
    bucketId: string,
    key: string,
    uploadId: string,
    seals: readonly FoundSeal[],
  ): Promise<void> {
    const address = { bucketId, key, uploadId };
    const open = this.#plan.view.upload(address);
    const before = open === undefined ? [] : this.#partsOf(address);
    if (open === undefined && this.#hadEnded(seals)) {
      this.#counts.replaced += seals.length;
      return;
    }
    const parts = newestParts([...before, ...seals.flatMap(partOf)]);
    if (parts.length === 0) return;
    this.#counts.replaced += before.length + seals.length - parts.length;
    const upload = open ?? uploadOf(seals) ?? this.#plainUpload(bucketId, key, uploadId, seals);
    const isWhole = parts.every(({ number }, at) => number === at + 1);
    if (this.#plan.completesUploads && isWhole) {
      await this.#filler.flush();
      await this.#restoreKey(bucketId, key, [await this.#completed(bucketId, upload, parts)]);
      if (open !== undefined) await this.#filler.remove(uploadSubject(bucketId, uploadId, key));
      return;
    }
    if (open === undefined) {
      await this.#filler.put(uploadSubject(bucketId, uploadId, key), encodeRecord(upload));
      this.#counts.uploads += 1;
    }
    for (const part of parts.filter((one) => !before.includes(one))) {
      const subject = partSubject(bucketId, uploadId, part.number);
      await this.#filler.put(subject, encodeRecord(this.#blobs.relocated(part)));
      this.#counts.parts += 1;
    }
  }

  #partsOf(address: UploadAddress): readonly PartRecord[] {
    return this.#plan.view.listParts(address, 0, MULTIPART_PARTS_MAX).parts.map(({ record }) => record);
  }

  /** Of parts that were sealed without their upload: everything but the bytes is as if nothing had been said. */
  #plainUpload(bucketId: string, key: string, id: string, seals: readonly FoundSeal[]): UploadRecord {
    this.#counts.partial += 1;
    const [first] = seals;
    const account = this.#buckets.get(bucketId)?.account ?? '';
    const initiated = new Date(first === undefined ? 0 : writeTimeMs(first.write)).toISOString();
    return { v: 1, id, key, initiated, headers: {}, meta: {}, account, request: '' };
  }

  /** As CompleteMultipartUpload made it, except for its time and version, which are those of its last part. */
  async #completed(
    bucketId: string,
    upload: UploadRecord,
    parts: readonly PartRecord[],
  ): Promise<ObjectRecord> {
    const plan = upload.checksum;
    const checksum = plan && (await checksumOfParts(plan, parts));
    const modified = parts.reduce((last, part) => (part.modified > last ? part.modified : last), '');
    const object = assembledObject({ upload, parts, plan, checksum, modified, request: upload.request });
    if (this.#buckets.get(bucketId)?.versioning === undefined) return object;
    const chance = createHash('sha256').update(upload.id).digest();
    return { ...object, versionId: composeVersionId(Date.parse(modified), chance, undefined) };
  }

  /** An upload that the copy would have open. */
  #hadEnded(seals: readonly FoundSeal[]): boolean {
    const [first] = seals;
    const initiated = uploadOf(seals)?.initiated;
    if (first === undefined) return true;
    const begunMs = initiated === undefined ? writeTimeMs(first.write) : Date.parse(initiated);
    return this.#precedesCopy(begunMs, CLOCK_SLACK_MS);
  }
}

/** One of each number, by number. */
function newestParts(parts: readonly PartRecord[]): readonly PartRecord[] {
  const byAge = [...parts].sort((a, b) => (a.modified < b.modified ? -1 : 1));
  const byNumber = new Map(byAge.map((part) => [part.number, part]));
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

function versioningOf({ versioning }: SealedBucket): Pick<BucketRecord, 'versioning'> {
  return versioning === undefined ? {} : { versioning };
}

function isNewer(
  one: { readonly writtenMs: number; readonly bucket: SealedBucket },
  other: { readonly writtenMs: number; readonly bucket: SealedBucket },
): boolean {
  const { created } = one.bucket;
  if (created !== other.bucket.created) return created > other.bucket.created;
  return one.writtenMs >= other.writtenMs;
}

/** Versions in their order, after everything that was written before there were any; of that, what was written first. */
function byAge(a: ObjectRecord, b: ObjectRecord): number {
  const order = versionIdBytes(a.versionId).compare(versionIdBytes(b.versionId));
  if (order !== 0 || a.modified === b.modified) return order;
  return a.modified < b.modified ? -1 : 1;
}

function objectOf({ sealed }: FoundSeal): readonly ObjectRecord[] {
  return sealed.upload === undefined ? [sealed.record] : [];
}

function partOf({ sealed }: FoundSeal): readonly PartRecord[] {
  return sealed.upload === undefined ? [] : [sealed.record];
}

function uploadOf(seals: readonly FoundSeal[]): UploadRecord | undefined {
  for (const { sealed } of seals)
    if (sealed.upload !== undefined && sealed.of !== undefined) return sealed.of;
  return undefined;
}
