// Uploads and their parts over the log and the view (upload-table.ts says what is promised).
//
// A text that cannot be an upload id names no upload: it never reaches a subject.

import type { PartRecord, UploadRecord } from '../contracts/records.ts';
import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { METADATA_PATIENCE_MS } from '../core/limits.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { CommitOutcome, Expectation, Versioned } from './metadata-store.ts';
import type { CatchUp } from './object-table.ts';
import { decodeUpload, encodeRecord } from './record-codec.ts';
import type { RevisionWaiters } from './revision-waiters.ts';
import { condemnedSubject, isUploadId, partSubject, uploadSubject } from './subjects.ts';
import type { PartPage, UploadAddress, UploadPage, UploadQuery, UploadTable } from './upload-table.ts';
import { ROW_KEY_BYTES_MAX, uploadRowKey } from './view-rows.ts';
import type { View } from './view.ts';

export interface UploadsOptions {
  readonly log: MetadataLog;
  readonly view: View;
  readonly catchUp: CatchUp;
  /** For what is in memory: the ends of uploads are. */
  readonly delivered: RevisionWaiters;
}

export class StreamUploads implements UploadTable {
  readonly #log: MetadataLog;
  readonly #view: View;
  readonly #catchUp: CatchUp;
  readonly #delivered: RevisionWaiters;

  constructor({ log, view, catchUp, delivered }: UploadsOptions) {
    this.#log = log;
    this.#view = view;
    this.#catchUp = catchUp;
    this.#delivered = delivered;
  }

  create(bucketId: string, record: UploadRecord): Promise<CommitOutcome> {
    const { id, key } = record;
    if (uploadRowKey(bucketId, Buffer.from(key), id).length > ROW_KEY_BYTES_MAX) {
      throw new PredastoreError('internal', 'a key with that many zero bytes cannot be uploaded in parts');
    }
    const subject = uploadSubject(bucketId, id, key);
    return this.#log.commit({ subject, record: encodeRecord(record), expected: 'absent' });
  }

  async get(address: UploadAddress): Promise<Versioned<UploadRecord> | undefined> {
    if (!isUploadId(address.uploadId)) return undefined;
    const witness = (): number => this.#view.uploadRevision(address);
    const message = await this.#log.readProven(subjectOf(address), witness, this.#catchUp);
    return message && { record: decodeUpload(message.payload), revision: message.sequence };
  }

  async remove(address: UploadAddress, expected: Expectation): Promise<CommitOutcome> {
    assert(expected !== 'absent', 'what is absent cannot be removed');
    // An upload is written once, so whoever finds another revision finds that it is gone.
    const revision = expected === 'any' ? (await this.get(address))?.revision : expected.revision;
    if (revision === undefined || !isUploadId(address.uploadId)) return { kind: 'conflict' };
    return this.#log.commit({ subject: subjectOf(address), record: undefined, expected: { revision } });
  }

  async list(query: UploadQuery): Promise<UploadPage> {
    await this.#catchUp();
    return this.#view.listUploads(query);
  }

  putPart({ bucketId, uploadId }: UploadAddress, record: PartRecord): Promise<CommitOutcome> {
    const subject = partSubject(bucketId, uploadId, record.number);
    // A part is the first to name its write, and the only one until it is completed.
    const [blob] = record.blobs;
    const unless = blob === undefined ? {} : { unless: condemnedSubject(blob.write) };
    return this.#log.commit({ subject, record: encodeRecord(record), expected: 'any', ...unless });
  }

  async wasOpenAt(address: UploadAddress, revision: number): Promise<boolean> {
    if (!isUploadId(address.uploadId)) return false;
    const isDelivered = await this.#delivered.reached(revision, METADATA_PATIENCE_MS);
    const end = this.#view.uploadEnd(address.uploadId);
    if (end !== undefined) return end > revision;
    if (isDelivered && this.#view.uploadRevision(address) > 0) return true;
    // The view is behind, or has forgotten the end: the last message is the upload's own, or its tombstone.
    const last = await this.#log.last(subjectOf(address));
    if (last === undefined) return false;
    return last.payload.length > 0 ? last.sequence <= revision : last.sequence > revision;
  }

  async parts(address: UploadAddress, after: number, limit: number): Promise<PartPage> {
    if (!isUploadId(address.uploadId)) return { parts: [], truncated: false };
    await this.#catchUp();
    return this.#view.listParts(address, after, limit);
  }
}

function subjectOf({ bucketId, uploadId, key }: UploadAddress): string {
  return uploadSubject(bucketId, uploadId, key);
}
