// Blobs that no record names any more, waiting for their grace.
//
// Rows are written by blob-references.ts in the transaction that lets go of the blob, so a crash neither loses nor invents one.
//
// Invariants:
//   1. A blob that a record of the view names is not handed out.
//   2. A row that cannot be read (a rotten page) holds up no other; its blob stays on the disks until the view is made anew.

import type { BlobRecord } from '../contracts/records.ts';
import { messageOf } from '../core/errors.ts';
import { heardCommit } from '../platform/heard-commit.ts';
import type { Logger } from '../platform/log.ts';
import { hasUnreadable, readReference } from './blob-references.ts';
import type { ReclaimEntry } from './metadata-store.ts';
import { queuedBlob, queuedMsOf, queueKey } from './reclaim-row.ts';
import { writeRow } from './row-changes.ts';
import { entryCount, type ViewTables } from './view-tables.ts';
import { writeIdBytes } from '../core/ids.ts';

const ID_PATTERN = /^[0-9a-f]{40}$/;

export class ReclaimQueue {
  readonly #tables: ViewTables;
  readonly #logger: Logger;

  constructor(tables: ViewTables, logger: Logger) {
    this.#tables = tables;
    this.#logger = logger;
  }

  get length(): number {
    return entryCount(this.#tables.reclaim);
  }

  /** The oldest entries queued at or before `beforeMs`. */
  ripe(beforeMs: number, limit: number): readonly ReclaimEntry[] {
    const { reclaim, references } = this.#tables;
    const entries: ReclaimEntry[] = [];
    for (const { key, value } of reclaim.getRange({ end: queueKey(beforeMs + 1, 0, 0) })) {
      if (entries.length >= limit) break;
      const blob = this.#readable(key, value);
      if (blob === undefined) continue;
      const isNamed = readReference(references, blob.write).count > 0;
      if (isNamed) this.#logger.error('a blob in use is queued for reclaim', { write: blob.write });
      else entries.push({ id: key.toString('hex'), blob, queuedMs: queuedMsOf(key) });
    }
    if (entries.length === 0 || !hasUnreadable(references)) return entries;
    this.#logger.error('nothing is reclaimed while an object record cannot be read', {
      ripe: entries.length,
    });
    return [];
  }

  /** Takes entries out for good. One that left the queue meanwhile is in use again: its count stays. */
  async remove(ids: readonly string[]): Promise<void> {
    const { root, reclaim, references } = this.#tables;
    const keys = ids.filter((id) => ID_PATTERN.test(id)).map((id) => Buffer.from(id, 'hex'));
    await heardCommit(
      root.transaction(() => {
        for (const key of keys) {
          const row = reclaim.getBinary(key);
          if (row === undefined) continue;
          const write = this.#readable(key, row)?.write;
          writeRow(reclaim, key, undefined);
          if (write !== undefined && readReference(references, write).queued?.equals(key) === true) {
            writeRow(references, writeIdBytes(write), undefined);
          }
        }
      }),
    );
  }

  /** After the counts were thrown away: what is queued stays queued, unless a record turns up that names it. */
  async recount(): Promise<void> {
    const { root, reclaim, references } = this.#tables;
    await heardCommit(
      root.batch(() => {
        for (const { key, value } of reclaim.getRange()) {
          const blob = this.#readable(key, value);
          // Let go of a row that nobody can read: with its count gone too, its shards are orphans.
          if (blob === undefined) writeRow(reclaim, key, undefined);
          else writeRow(references, writeIdBytes(blob.write), key);
        }
      }),
    );
  }

  #readable(key: Buffer, row: Buffer): BlobRecord | undefined {
    try {
      return queuedBlob(row);
    } catch (error) {
      this.#logger.error('unreadable row in the reclaim queue', {
        row: key.toString('hex'),
        reason: messageOf(error),
      });
      return undefined;
    }
  }
}
