// Which records name each blob: the way from a shard on a disk back to the records that must change when it moves.
//
// Row: write id (16 bytes) ‖ first 16 bytes of SHA-256(subject) → subject of the record. In write id order, that is in the
// order in which blobs were written.
//
// Invariant: changed in the transaction that changes the record, so a blob has a row per record of the view that names it.

import { createHash } from 'node:crypto';
import { writeIdBytes, parseWriteId, type WriteId } from '../core/ids.ts';
import type { NamedBlobs } from './blob-references.ts';
import { RowChanges } from './row-changes.ts';
import type { Rows } from './view-tables.ts';

const WRITE_ID_BYTES = 16;
const DIGEST_BYTES = 16;

/** What a batch does to the table. */
export class HolderChanges {
  readonly #rows: RowChanges;

  constructor(rows: Rows) {
    this.#rows = new RowChanges(rows);
  }

  /** The record at `subject` named `before` and names `after` now. */
  replace(subject: string, before: NamedBlobs, after: NamedBlobs): void {
    const digest = digestOf(subject);
    const row = Buffer.from(subject, 'latin1');
    for (const { write } of readable(before)) this.#rows.set(rowKey(write, digest), undefined);
    for (const { write } of readable(after)) this.#rows.set(rowKey(write, digest), row);
  }

  /** Adds everything to the write batch that is being composed. */
  write(): void {
    this.#rows.write();
  }
}

/** Subjects of the records that name a blob. */
export function holdersOf(rows: Rows, write: WriteId): readonly string[] {
  const start = writeIdBytes(write);
  const end = Buffer.concat([start, Buffer.alloc(DIGEST_BYTES + 1, 0xff)]);
  return Array.from(rows.getRange({ start, end }), ({ value }) => value.toString('latin1'));
}

/** The next `limit` writes after `after` (all: empty text) that some record names, in order, each with its holders. */
export function holdersAfter(
  rows: Rows,
  after: WriteId | '',
  limit: number,
): readonly { readonly write: WriteId; readonly subjects: readonly string[] }[] {
  const start =
    after === ''
      ? Buffer.alloc(0)
      : Buffer.concat([writeIdBytes(after), Buffer.alloc(DIGEST_BYTES + 1, 0xff)]);
  const found: { write: WriteId; subjects: string[] }[] = [];
  const range = start.length === 0 ? rows.getRange() : rows.getRange({ start });
  for (const { key, value } of range) {
    const write = parseWriteId(key.toString('hex', 0, WRITE_ID_BYTES));
    const last = found.at(-1);
    if (last?.write === write) {
      last.subjects.push(value.toString('latin1'));
      continue;
    }
    if (found.length === limit) break;
    found.push({ write, subjects: [value.toString('latin1')] });
  }
  return found;
}

function rowKey(write: WriteId, digest: Buffer): Buffer {
  return Buffer.concat([writeIdBytes(write), digest]);
}

function digestOf(subject: string): Buffer {
  return createHash('sha256').update(subject).digest().subarray(0, DIGEST_BYTES);
}

function readable(named: NamedBlobs): readonly { readonly write: WriteId }[] {
  return named === 'unreadable' ? [] : named;
}
