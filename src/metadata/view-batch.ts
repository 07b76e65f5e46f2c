// What a batch of messages does to the view: gathered over the tables as they are, then written in one transaction.
//
// Invariants:
//   1. Messages are taken in the order of the stream, each once: what is at or below the view's position is left out.
//   2. A record that replaces another one is counted before that one is dropped: what both name never looks unused.
//   3. A part is kept only while its upload is open (U1); the end of an upload drops its parts (U2).

import type { TailMessage } from '../bus/stream-session.ts';
import { messageOf } from '../core/errors.ts';
import { NULL_VERSION } from '../core/ids.ts';
import type { Logger } from '../platform/log.ts';
import { HolderChanges } from './blob-holders.ts';
import { ReferenceChanges, type NamedBlobs } from './blob-references.ts';
import { blobsOf } from './named-blobs.ts';
import { decodeSummary, isDeleteMarker } from './record-codec.ts';
import { RowChanges } from './row-changes.ts';
import { parseSubject, partSubject, type RecordName } from './subjects.ts';
import type { Tombstone, TombstoneRows } from './tombstone-rows.ts';
import {
  openUploadKey,
  partRowKey,
  partNumberOf,
  partsEnd,
  RING_ROW,
  ROW_KEY_BYTES_MAX,
  stored,
  storedRecord,
  uploadRowKey,
  versionRowKey,
  viewKey,
} from './view-rows.ts';
import type { ViewTables } from './view-tables.ts';

const NO_PAYLOAD = new Uint8Array(0);

type NameOf<K extends RecordName['kind']> = RecordName & { readonly kind: K };

export interface BatchOptions {
  readonly tables: ViewTables;
  readonly logger: Logger;
  readonly nowMs: number;
}

export class ViewBatch {
  readonly #logger: Logger;
  readonly #nowMs: number;
  readonly #objects: RowChanges;
  readonly #markers: RowChanges;
  readonly #versions: RowChanges;
  readonly #nullVersions: RowChanges;
  readonly #uploads: RowChanges;
  readonly #openUploads: RowChanges;
  readonly #parts: RowChanges;
  readonly #buckets: RowChanges;
  readonly #nodes: RowChanges;
  readonly #references: ReferenceChanges;
  readonly #holders: HolderChanges;
  readonly #tombstones: Tombstone[] = [];

  constructor({ tables, logger, nowMs }: BatchOptions) {
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#objects = new RowChanges(tables.objects);
    this.#markers = new RowChanges(tables.markers);
    this.#versions = new RowChanges(tables.versions);
    this.#nullVersions = new RowChanges(tables.nullVersions);
    this.#uploads = new RowChanges(tables.uploads);
    this.#openUploads = new RowChanges(tables.openUploads);
    this.#parts = new RowChanges(tables.parts);
    this.#buckets = new RowChanges(tables.buckets);
    this.#nodes = new RowChanges(tables.nodes);
    this.#references = new ReferenceChanges(tables, nowMs);
    this.#holders = new HolderChanges(tables.holders);
  }

  gather(message: TailMessage): void {
    const { subject } = message;
    const name = parseSubject(subject);
    if (name.kind === 'object') this.#gatherObject(name, message);
    else if (name.kind === 'version') this.#gatherVersion(name, message);
    else if (name.kind === 'upload') this.#gatherUpload(name, message);
    else if (name.kind === 'part') this.#gatherPart(name, message);
    else if (name.kind === 'bucket') this.#gatherBucket(name, message);
    else if (name.kind === 'node') this.#nodes.set(Buffer.from(name.id), rowOf(message));
    else if (name.kind === 'ring') this.#nodes.set(RING_ROW, rowOf(message));
    else if (name.kind === 'condemned') this.#tombstones.push(message);
    else if (name.kind === 'foreign') {
      this.#logger.warn('unknown subject in the metadata stream', { subject });
    }
  }

  /** Adds everything to the write batch that is being composed. */
  write(tombstones: TombstoneRows): void {
    this.#objects.write();
    this.#markers.write();
    this.#versions.write();
    this.#nullVersions.write();
    this.#uploads.write();
    this.#openUploads.write();
    this.#parts.write();
    this.#buckets.write();
    this.#nodes.write();
    this.#references.write();
    this.#holders.write();
    for (const tombstone of this.#tombstones) tombstones.put(tombstone, this.#nowMs);
  }

  #gatherObject({ bucketId, key }: NameOf<'object'>, message: TailMessage): void {
    if (message.payload.length === 0) this.#tombstones.push(message);
    const rowKey = viewKey(bucketId, key);
    const before = this.#objects.get(rowKey) ?? this.#markers.get(rowKey);
    const isMarker = isDeleteMarker(message.payload);
    replaceRow(this.#objects, rowKey, isMarker ? undefined : rowOf(message));
    replaceRow(this.#markers, rowKey, isMarker ? rowOf(message) : undefined);
    this.#rename(message.subject, before, message);
  }

  /** The record at `subject` was `before` (a row) and becomes what the message says. */
  #rename(subject: string, before: Buffer | undefined, { payload, sequence }: TailMessage): void {
    const isRemoved = payload.length === 0;
    const after = isRemoved ? [] : this.#named(subject, payload);
    const replaced = before === undefined ? [] : this.#named(subject, storedRecord(before));
    if (!isRemoved) this.#references.add(after);
    if (before !== undefined) this.#references.drop(replaced, sequence);
    this.#holders.replace(subject, replaced, after);
  }

  #gatherVersion(name: NameOf<'version'>, message: TailMessage): void {
    const { payload, subject } = message;
    if (payload.length === 0) this.#tombstones.push(message);
    const isNull = name.version === NULL_VERSION;
    const nullKey = viewKey(name.bucketId, name.key);
    const nullBefore = isNull ? this.#nullVersions.get(nullKey) : undefined;
    const rowKey = this.#versionRowKey(name, message) ?? nullBefore;
    if (rowKey === undefined) return;
    if (rowKey.length > ROW_KEY_BYTES_MAX) {
      this.#logger.warn('a version of an impossible key is left out', { subject });
      return;
    }
    const keyBefore = nullBefore ?? rowKey;
    const before = this.#versions.get(keyBefore);
    replaceRow(this.#versions, keyBefore, undefined);
    replaceRow(this.#versions, rowKey, rowOf(message));
    if (isNull) this.#nullVersions.set(nullKey, payload.length === 0 ? undefined : rowKey);
    this.#rename(subject, before, message);
  }

  /** Of an archived record, or of the tombstone of one with an id of its own. */
  #versionRowKey(name: Omit<NameOf<'version'>, 'kind'>, message: TailMessage): Buffer | undefined {
    const { bucketId, version, key } = name;
    if (version !== NULL_VERSION) return versionRowKey(bucketId, key, version);
    if (message.payload.length === 0) return undefined;
    return versionRowKey(bucketId, key, this.#versionIdOf(message));
  }

  #versionIdOf({ payload }: TailMessage): string | undefined {
    try {
      return decodeSummary(payload).versionId;
    } catch {
      // Reported where its blobs are asked for; it lies with the oldest.
      return undefined;
    }
  }

  #gatherBucket({ name }: NameOf<'bucket'>, message: TailMessage): void {
    if (message.payload.length === 0) this.#tombstones.push(message);
    this.#buckets.set(Buffer.from(name), rowOf(message));
  }

  #gatherUpload({ bucketId, uploadId, key }: NameOf<'upload'>, message: TailMessage): void {
    const rowKey = uploadRowKey(bucketId, key, uploadId);
    if (rowKey.length > ROW_KEY_BYTES_MAX) {
      this.#logger.warn('an upload with an impossible key is left out', { subject: message.subject });
      return;
    }
    const isEnd = message.payload.length === 0;
    this.#uploads.set(rowKey, rowOf(message));
    this.#openUploads.set(openUploadKey(bucketId, uploadId), isEnd ? undefined : rowKey);
    if (!isEnd) return;
    this.#tombstones.push(message);
    for (const part of this.#parts.keys(partRowKey(bucketId, uploadId, 0), partsEnd(bucketId, uploadId))) {
      const subject = partSubject(bucketId, uploadId, partNumberOf(part));
      this.#rename(subject, this.#parts.get(part), { ...message, payload: NO_PAYLOAD });
      this.#parts.set(part, undefined);
    }
  }

  #gatherPart({ bucketId, uploadId, number }: NameOf<'part'>, message: TailMessage): void {
    const isOpen = this.#openUploads.get(openUploadKey(bucketId, uploadId)) !== undefined;
    const { payload, sequence, subject } = message;
    if (isOpen) {
      const rowKey = partRowKey(bucketId, uploadId, number);
      this.#rename(subject, this.#parts.get(rowKey), message);
      this.#parts.set(rowKey, rowOf(message));
      return;
    }
    const named = payload.length === 0 ? [] : this.#named(subject, payload);
    // The upload has ended: what the part brought is garbage, its message too.
    if (named === 'unreadable') return;
    this.#references.add(named);
    this.#references.drop(named, sequence);
    this.#tombstones.push(message);
  }

  #named(subject: string, payload: Uint8Array): NamedBlobs {
    try {
      return blobsOf(subject, payload);
    } catch (error) {
      this.#logger.error('an unreadable record in the metadata stream', {
        subject,
        reason: messageOf(error),
      });
      return 'unreadable';
    }
  }
}

/** The row of a record; `undefined` for a tombstone. */
export function rowOf(message: TailMessage): Buffer | undefined {
  return message.payload.length === 0 ? undefined : stored(message.sequence, message.payload);
}

/** Most rows that are taken away were never there: a lookup costs less than writing that. */
function replaceRow(rows: RowChanges, key: Buffer, row: Buffer | undefined): void {
  if (row !== undefined || rows.get(key) !== undefined) rows.set(key, row);
}
