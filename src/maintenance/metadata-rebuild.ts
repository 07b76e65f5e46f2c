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
// Invariants:
//   R1. Only a view that was empty is written to.
//   R2. Nothing is left out in silence: whatever is not restored is counted, by reason.

import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';
import { createHash } from 'node:crypto';
import { assert } from '../core/assert.ts';
import { composeVersionId, NULL_VERSION, versionIdBytes, writeTimeMs, type NodeId } from '../core/ids.ts';
import type { FoundSeal, GatheredSeals } from '../metadata/gathered-seals.ts';
import { decodeObject, encodeObject, encodeRecord } from '../metadata/record-codec.ts';
import type { SealedBucket } from '../metadata/sealed-record.ts';
import {
  bucketSubject,
  objectSubject,
  partSubject,
  uploadSubject,
  versionSubject,
} from '../metadata/subjects.ts';
import { versionName } from '../metadata/version-table.ts';
import type { View } from '../metadata/view.ts';
import { assembledObject } from '../objects/assembled-object.ts';
import { checksumOfParts } from '../objects/part-checksums.ts';
import { FoundBlobs } from './found-blobs.ts';

export interface RebuildPlan {
  readonly seals: GatheredSeals;
  /** Empty. */
  readonly view: View;
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
}

type Counts = { -readonly [K in keyof RebuildReport]: number };

const BATCH_MESSAGES = 1_000;
const TOMBSTONE = Buffer.alloc(0);

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
  #messages: { readonly subject: string; readonly payload: Buffer; readonly sequence: number }[] = [];
  #sequence = 0;

  constructor(plan: RebuildPlan) {
    this.#plan = plan;
    this.#blobs = new FoundBlobs(plan.seals, plan.nodes);
  }

  async run(): Promise<RebuildReport> {
    this.#nameBuckets();
    for (const [id, sealed] of this.#buckets) {
      const bucket: BucketRecord = { ...sealed, id, state: 'active' };
      await this.#put(bucketSubject(bucket.name), encodeRecord(bucket));
      this.#counts.buckets += 1;
    }
    // Uploads after the objects: a completed one is held against what its key has.
    for (const isUpload of [false, true]) {
      for (const group of this.#plan.seals.groups()) {
        if ((group[0]?.sealed.upload !== undefined) === isUpload) await this.#restoreGroup(group);
      }
      await this.#flush();
    }
    return this.#counts;
  }

  /** A name belongs to the bucket that was made last: an earlier one of the same name had been deleted. */
  #nameBuckets(): void {
    const byName = new Map<string, { readonly writtenMs: number; readonly bucket: SealedBucket }>();
    for (const group of this.#plan.seals.groups()) {
      for (const { write, sealed } of group) {
        if (sealed.in === undefined || !this.#blobs.isReadable(sealed.record)) continue;
        const known = byName.get(sealed.in.name);
        const writtenMs = writeTimeMs(write);
        if (known === undefined || isNewer({ writtenMs, bucket: sealed.in }, known))
          byName.set(sealed.in.name, { writtenMs, bucket: sealed.in });
      }
    }
    for (const { bucket } of byName.values()) this.#buckets.set(bucket.id, bucket);
  }

  async #restoreGroup(group: readonly FoundSeal[]): Promise<void> {
    const readable = group.filter(({ sealed }) => this.#blobs.isReadable(sealed.record));
    this.#counts.unreadable += group.length - readable.length;
    const [first] = readable;
    if (first === undefined) return;
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
    const current = this.#currentOf(bucketId, key);
    const records = [...(current === undefined ? [] : [current]), ...written].sort(byAge);
    const isVersioned = records.some(({ versionId }) => versionId !== undefined);
    const lastNull = records.findLast((record) => versionName(record) === NULL_VERSION);
    // Without versions every write is named `null`, and the last one counts.
    const kept = records.filter((record) => versionName(record) !== NULL_VERSION || record === lastNull);
    this.#counts.replaced += records.length - kept.length;
    if (isVersioned && lastNull !== undefined && lastNull !== current)
      await this.#dropArchivedNull(bucketId, key);
    const head = kept.pop();
    for (const record of kept) {
      const subject = versionSubject(bucketId, versionName(record), key);
      await this.#put(subject, encodeObject(this.#blobs.relocated(record)));
      this.#counts.versions += 1;
    }
    if (head === undefined || head === current) return;
    await this.#put(objectSubject(bucketId, key), encodeObject(this.#blobs.relocated(head)));
    this.#counts.objects += 1;
  }

  #currentOf(bucketId: string, key: string): ObjectRecord | undefined {
    const found = this.#plan.view.object({ bucketId, key });
    return found && decodeObject(found.record);
  }

  async #dropArchivedNull(bucketId: string, key: string): Promise<void> {
    const address = { bucketId, key, version: NULL_VERSION };
    if (this.#plan.view.versionRevision(address) === 0) return;
    await this.#put(versionSubject(bucketId, NULL_VERSION, key), TOMBSTONE);
  }

  async #restoreUpload(
    bucketId: string,
    key: string,
    uploadId: string,
    seals: readonly FoundSeal[],
  ): Promise<void> {
    const byNumber = new Map(seals.flatMap(partOf).map((part) => [part.number, part]));
    const parts = [...byNumber.values()].sort((a, b) => a.number - b.number);
    this.#counts.replaced += seals.length - parts.length;
    const upload = uploadOf(seals) ?? this.#plainUpload(bucketId, key, uploadId, seals);
    const isWhole = parts.every(({ number }, at) => number === at + 1);
    if (this.#plan.completesUploads && isWhole) {
      await this.#flush();
      await this.#restoreKey(bucketId, key, [await this.#completed(bucketId, upload, parts)]);
      return;
    }
    await this.#put(uploadSubject(bucketId, uploadId, key), encodeRecord(upload));
    this.#counts.uploads += 1;
    for (const part of parts) {
      const subject = partSubject(bucketId, uploadId, part.number);
      await this.#put(subject, encodeRecord(this.#blobs.relocated(part)));
      this.#counts.parts += 1;
    }
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

  async #put(subject: string, payload: Buffer): Promise<void> {
    this.#sequence += 1;
    this.#messages.push({ subject, payload, sequence: this.#sequence });
    if (this.#messages.length >= BATCH_MESSAGES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const messages = this.#messages;
    this.#messages = [];
    if (messages.length === 0) return;
    const batch = { messages, applied: this.#sequence, safe: this.#sequence };
    this.#plan.view.anticipate(batch);
    await this.#plan.view.apply(batch);
  }
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
