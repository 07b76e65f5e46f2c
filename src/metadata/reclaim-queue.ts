// Blobs that a record no longer references, waiting for their grace.
//
// Rows are written together with the replacing record, so a crash neither loses nor invents one.
// Row: queued at (ms, 8 bytes) ‖ revision of the replacing record (8) ‖ place in the record (4) → address and blob, JSON.
//
// Invariant: an entry is handed out only while the record at its address does not reference the blob. (A write whose
// acknowledgement was lost may, at worst, be stored again after another one replaced it.)

import type { Database } from 'lmdb';
import type { BlobRecord, ObjectRecord } from '../contracts/records.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../platform/log.ts';
import { settled, supervise } from '../platform/supervise.ts';
import type { ReclaimEntry } from './metadata-store.ts';
import { checkBlob, decodeObject } from './record-codec.ts';
import { storedRecord } from './view-rows.ts';

const ROW_KEY_BYTES = 20;
const ID_PATTERN = /^[0-9a-f]{40}$/;

type Rows = Database<Buffer, Buffer>;

interface QueuedBlob {
  /** Row key of the object in the view, hex. */
  readonly at: string;
  readonly blob: BlobRecord;
}

export interface QueueRow {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface Replacement {
  readonly rowKey: Buffer;
  readonly replaced: Buffer;
  /** `undefined` when the object was deleted. */
  readonly by: Uint8Array | undefined;
  readonly revision: number;
}

export class ReclaimQueue {
  readonly #rows: Rows;
  readonly #objects: Rows;
  readonly #logger: Logger;

  constructor(rows: Rows, objects: Rows, logger: Logger) {
    this.#rows = rows;
    this.#objects = objects;
    this.#logger = logger;
  }

  get length(): number {
    return (this.#rows.getStats() as { entryCount: number }).entryCount;
  }

  /** Rows for what the replaced record referenced and the new one does not, to be written with the new record. */
  rowsFor(replacement: Replacement, nowMs: number): readonly QueueRow[] {
    const { rowKey, replaced, by, revision } = replacement;
    const before = this.#decode(storedRecord(replaced), rowKey);
    const after = by === undefined ? undefined : this.#decode(by, rowKey);
    // An unreadable successor may reference anything: then nothing is reclaimed.
    if (before === undefined || (by !== undefined && after === undefined)) return [];
    const kept = new Set((after?.blobs ?? []).map((blob) => blob.write));
    const at = rowKey.toString('hex');
    const rows: QueueRow[] = [];
    for (const [place, blob] of before.blobs.entries()) {
      if (kept.has(blob.write)) continue;
      const queued: QueuedBlob = { at, blob };
      rows.push({ key: queueKey(nowMs, revision, place), value: Buffer.from(JSON.stringify(queued)) });
    }
    return rows;
  }

  /** Adds rows to the write batch that is being composed. */
  put(row: QueueRow): void {
    settled(this.#rows.put(row.key, row.value), 'the batch that holds it reports');
  }

  /** The oldest entries queued at or before `beforeMs`. */
  ripe(beforeMs: number, limit: number): readonly ReclaimEntry[] {
    const entries: ReclaimEntry[] = [];
    const again: string[] = [];
    for (const { key, value } of this.#rows.getRange({ end: queueKey(beforeMs + 1, 0, 0) })) {
      if (entries.length >= limit) break;
      const id = key.toString('hex');
      const { at, blob } = parseQueued(value);
      if (this.#references(at, blob)) again.push(id);
      else entries.push({ id, blob, queuedMs: readUint64(key, 0) });
    }
    if (again.length > 0)
      supervise(this.remove(again), this.#logger, 'dropping reclaim entries in use again');
    return entries;
  }

  async remove(ids: readonly string[]): Promise<void> {
    const known = ids.filter((id) => ID_PATTERN.test(id));
    await Promise.all(known.map((id) => this.#rows.remove(Buffer.from(id, 'hex'))));
  }

  #references(at: string, blob: BlobRecord): boolean {
    const row = this.#objects.getBinary(Buffer.from(at, 'hex'));
    if (row === undefined) return false;
    const current = this.#decode(storedRecord(row), row);
    // An unreadable record may reference it.
    return current === undefined || current.blobs.some((other) => other.write === blob.write);
  }

  #decode(bytes: Uint8Array, rowKey: Buffer): ObjectRecord | undefined {
    try {
      return decodeObject(bytes);
    } catch (error) {
      this.#logger.error('blobs of an unreadable object record are left alone', {
        row: rowKey.toString('latin1'),
        reason: messageOf(error),
      });
      return undefined;
    }
  }
}

function queueKey(queuedMs: number, revision: number, place: number): Buffer {
  const key = Buffer.allocUnsafe(ROW_KEY_BYTES);
  key.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(queuedMs))), 0);
  key.writeBigUInt64BE(BigInt(revision), 8);
  key.writeUInt32BE(place, 16);
  return key;
}

function readUint64(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

function parseQueued(value: Buffer): QueuedBlob {
  const queued = JSON.parse(value.toString('utf8')) as QueuedBlob;
  checkBlob(queued.blob);
  return queued;
}
