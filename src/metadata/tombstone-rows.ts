// Tombstones that this node has seen, in the order of the stream.
//
// Row: sequence of the tombstone (8 bytes, big-endian) → seen at (ms, 8 bytes) ‖ subject.

import type { Database } from 'lmdb';
import { heardCommit } from '../platform/heard-commit.ts';
import { settled } from '../platform/supervise.ts';

type Rows = Database<Buffer, Buffer>;

const SEQUENCE_BYTES = 8;

export interface Tombstone {
  readonly sequence: number;
  readonly subject: string;
}

/** The rows; written in the transactions of the view. */
export class TombstoneRows {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  get length(): number {
    return (this.#rows.getStats() as { entryCount: number }).entryCount;
  }

  /** Adds a row to the write batch that is being composed. */
  put(tombstone: Tombstone, nowMs: number): void {
    const value = Buffer.concat([uint64(nowMs), Buffer.from(tombstone.subject, 'latin1')]);
    settled(this.#rows.put(uint64(tombstone.sequence), value), 'the batch that holds it reports');
  }

  /** The oldest tombstones seen at or before `beforeMs`. */
  seenBefore(beforeMs: number, limit: number): readonly Tombstone[] {
    const found: Tombstone[] = [];
    for (const { key, value } of this.#rows.getRange()) {
      if (found.length >= limit) break;
      // A rotten row: its tombstone stays in the stream, which costs its bytes and nothing else.
      if (key.length !== SEQUENCE_BYTES || value.length < SEQUENCE_BYTES) continue;
      // Rows lie in stream order, which is the order in which they were seen.
      if (readUint64(value) > beforeMs) break;
      found.push({ sequence: readUint64(key), subject: value.toString('latin1', SEQUENCE_BYTES) });
    }
    return found;
  }

  async remove(tombstones: readonly Tombstone[]): Promise<void> {
    await Promise.all(tombstones.map(({ sequence }) => heardCommit(this.#rows.remove(uint64(sequence)))));
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(SEQUENCE_BYTES);
  bytes.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(value))));
  return bytes;
}

function readUint64(bytes: Buffer): number {
  return bytes.readUInt32BE(0) * 2 ** 32 + bytes.readUInt32BE(4);
}
