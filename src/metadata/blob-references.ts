// How many records name each blob, and what happens when the last one stops.
//
// Blobs are shared: a copy names the blobs of its source, a completed object those of its parts until the upload is removed. So
// each is counted, over object records and part records, and queued for reclaim when nothing names it any more.
//
// Row: write id (16 bytes) → count (4 bytes), or the key of its row in the reclaim queue (20 bytes). So a blob
// that the view has seen and that is not reclaimed yet is either counted or queued, never both.
//
// Invariants:
//   1. Counts, queue and records change in one transaction.
//   2. A blob that is named again leaves the queue.
//   3. A record that cannot be read may name anything: while there is one, nothing is reclaimed.

import type { BlobRecord } from '../contracts/records.ts';
import { PredastoreError } from '../core/errors.ts';
import { writeIdBytes, type WriteId } from '../core/ids.ts';
import { queueKey, queueRow } from './reclaim-row.ts';
import { writeRow } from './row-changes.ts';
import type { Rows, ViewTables } from './view-tables.ts';

const COUNT_BYTES = 4;
/** Counts the records that cannot be read: no write has this id. */
const UNREADABLE = 'f'.repeat(32) as WriteId;

/** What a record names: its blobs, or what nobody can tell. */
export type NamedBlobs = readonly BlobRecord[] | 'unreadable';

interface Reference {
  count: number;
  /** Key of the row in the reclaim queue. */
  queued: Buffer | undefined;
}

export function readReference(rows: Rows, write: WriteId): Reference {
  const row = rows.getBinary(writeIdBytes(write));
  if (row === undefined) return { count: 0, queued: undefined };
  if (row.length > COUNT_BYTES) return { count: 0, queued: row };
  if (row.length < COUNT_BYTES)
    throw new PredastoreError('metadata-corrupt', 'a count of references is cut short');
  return { count: row.readUInt32BE(), queued: undefined };
}

/** Whether some record of the view cannot be read. */
export function hasUnreadable(rows: Rows): boolean {
  return readReference(rows, UNREADABLE).count > 0;
}

/** What a batch does to counts and queue. */
export class ReferenceChanges {
  readonly #tables: ViewTables;
  readonly #nowMs: number;
  readonly #touched = new Map<WriteId, Reference>();
  /** Rows of the queue by key as latin1 text; `undefined`: taken out. */
  readonly #queue = new Map<string, Buffer | undefined>();
  /** Keeps the queue keys of one batch apart. */
  #place = 0;

  constructor(tables: ViewTables, nowMs: number) {
    this.#tables = tables;
    this.#nowMs = nowMs;
  }

  /** A record that names these came. */
  add(named: NamedBlobs): void {
    if (named === 'unreadable') this.#touch(UNREADABLE).count += 1;
    else for (const { write } of named) this.#count(write);
  }

  /** A record that named these went, with the message of this revision. Those of its successor have been added before. */
  drop(named: NamedBlobs, revision: number): void {
    if (named === 'unreadable') {
      const unreadable = this.#touch(UNREADABLE);
      unreadable.count = Math.max(0, unreadable.count - 1);
    } else {
      for (const blob of named) this.#uncount(blob, revision);
    }
  }

  /** Adds everything to the write batch that is being composed. */
  write(): void {
    const { references, reclaim } = this.#tables;
    for (const [write, { count, queued }] of this.#touched) {
      writeRow(references, writeIdBytes(write), count > 0 ? countRow(count) : queued);
    }
    for (const [text, row] of this.#queue) writeRow(reclaim, Buffer.from(text, 'latin1'), row);
  }

  #count(write: WriteId): void {
    const reference = this.#touch(write);
    reference.count += 1;
    if (reference.queued === undefined) return;
    this.#queue.set(reference.queued.toString('latin1'), undefined);
    reference.queued = undefined;
  }

  #uncount(blob: BlobRecord, revision: number): void {
    const reference = this.#touch(blob.write);
    // Never counted: leaving it alone costs space, queueing it could cost data.
    if (reference.count === 0) return;
    reference.count -= 1;
    if (reference.count > 0) return;
    reference.queued = queueKey(this.#nowMs, revision, this.#place);
    this.#place += 1;
    this.#queue.set(reference.queued.toString('latin1'), queueRow(blob));
  }

  #touch(write: WriteId): Reference {
    let reference = this.#touched.get(write);
    if (reference === undefined) {
      reference = readReference(this.#tables.references, write);
      this.#touched.set(write, reference);
    }
    return reference;
  }
}

function countRow(count: number): Buffer {
  const row = Buffer.allocUnsafe(COUNT_BYTES);
  row.writeUInt32BE(count);
  return row;
}
