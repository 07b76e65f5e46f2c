// What the records of the view say of each blob: looked up through the holders, in the order of the writes.
//
// Records that name one blob may differ for a moment in where its shards lie: a repair changes them one after the other.

import type { BlobRecord } from '../contracts/records.ts';
import { messageOf } from '../core/errors.ts';
import type { WriteId } from '../core/ids.ts';
import type { Logger } from '../platform/log.ts';
import { archivedRow } from './archived-row.ts';
import { holdersAfter, holdersOf } from './blob-holders.ts';
import type { BlobNames } from './blob-ledger.ts';
import { blobsOf } from './named-blobs.ts';
import { parseSubject } from './subjects.ts';
import { partRowKey, storedRecord, viewKey } from './view-rows.ts';
import type { ViewTables } from './view-tables.ts';

export class BlobNaming {
  readonly #tables: ViewTables;
  readonly #logger: Logger;
  /** Blobs of one upload follow each other and share a record, which may have 10 000 of them: it is decoded once. */
  #last: { readonly subject: string; readonly blobs: ReadonlyMap<WriteId, BlobRecord> } | undefined;

  constructor(tables: ViewTables, logger: Logger) {
    this.#tables = tables;
    this.#logger = logger;
  }

  of(write: WriteId): readonly BlobRecord[] {
    return this.#name(write, holdersOf(this.#tables.holders, write));
  }

  after(after: WriteId | '', limit: number): readonly BlobNames[] {
    return holdersAfter(this.#tables.holders, after, limit).map(({ write, subjects }) => ({
      write,
      blobs: this.#name(write, subjects),
    }));
  }

  #name(write: WriteId, subjects: readonly string[]): readonly BlobRecord[] {
    const different = new Map<string, BlobRecord>();
    for (const subject of subjects) {
      const blob = this.#blobsAt(subject).get(write);
      if (blob !== undefined) different.set(JSON.stringify(blob), blob);
    }
    return [...different.values()];
  }

  #blobsAt(subject: string): ReadonlyMap<WriteId, BlobRecord> {
    if (this.#last?.subject === subject) return this.#last.blobs;
    const row = this.#rowOf(subject);
    let blobs: ReadonlyMap<WriteId, BlobRecord> = new Map();
    try {
      if (row !== undefined) {
        blobs = new Map(blobsOf(subject, storedRecord(row)).map((blob) => [blob.write, blob]));
      }
    } catch (error) {
      this.#logger.error('an unreadable record in the metadata view', { subject, reason: messageOf(error) });
    }
    this.#last = { subject, blobs };
    return blobs;
  }

  #rowOf(subject: string): Buffer | undefined {
    const name = parseSubject(subject);
    if (name.kind === 'object') return this.#tables.objects.getBinary(viewKey(name.bucketId, name.key));
    if (name.kind === 'version') return archivedRow(this.#tables, name);
    if (name.kind !== 'part') return undefined;
    return this.#tables.parts.getBinary(partRowKey(name.bucketId, name.uploadId, name.number));
  }
}
