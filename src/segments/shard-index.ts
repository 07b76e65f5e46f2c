// The index of a data directory: which shard lies where. What it does not name is not readable.
//
// Owns: the rows and what changes together. Refuses: knowing whether the bytes a row points to are durable (the committer sees to
// that first); how tables keep their rows (index-tables.ts).
// Invariants:
//   X1. `apply` is all or nothing, and durable when it resolves.
//   X2. The totals of a segment change in the same transaction as its rows.

import { crc32 } from 'node:zlib';
import { PredastoreError } from '../core/errors.ts';
import { parseWriteId, writeIdBytes } from '../core/ids.ts';
import { shardKeyText, type ShardKey } from '../core/shard-key.ts';
import { readUint64, writeUint64 } from './big-endian.ts';
import { diskError } from './disk-errors.ts';
import { extentBytes, type Extent } from './extent.ts';
import type { IndexTables, OpenIndexTables } from './index-tables.ts';

export interface IndexEntry {
  readonly key: ShardKey;
  readonly objectHash: Buffer;
  readonly extent: Extent;
  /** Where the sidecar row lies in the sidecar of the same segment. */
  readonly rowOffset: number;
  readonly rowBytes: number;
}

/** What is alive in a segment. */
export interface SegmentTotals {
  readonly liveShards: number;
  readonly liveBytes: number;
}

export const NOTHING_ALIVE: SegmentTotals = { liveShards: 0, liveBytes: 0 };

/** What is alive, as far as the rows say. */
export interface LiveCount {
  /** Of each segment that has anything alive. */
  readonly totals: ReadonlyMap<number, SegmentTotals>;
  /** Rows that cannot be read: each names a shard in some segment, and nobody knows in which. */
  readonly damagedRows: number;
}

/** Never too low: a shard whose row is damaged may lie in this segment as in any other, so it counts in each. */
export function totalsIn({ totals, damagedRows }: LiveCount, segment: number): SegmentTotals {
  const { liveShards, liveBytes } = totals.get(segment) ?? NOTHING_ALIVE;
  return { liveShards: liveShards + damagedRows, liveBytes };
}

export interface IndexChange {
  readonly put: readonly IndexEntry[];
  readonly remove: readonly ShardKey[];
  /** New totals of every segment the change touches; nothing alive removes the row. */
  readonly totals: ReadonlyMap<number, SegmentTotals>;
}

const KEY_BYTES = 18;
const ROW_BYTES = 92;
const ROW_VERSION = 1;
const TOTALS_BYTES = 24;
const TOTALS_VERSION = 1;
const SEQUENCE_KEY = Buffer.from('state sequence');
const OWNER_KEY = Buffer.from('owner');

export class ShardIndex {
  readonly #tables: IndexTables;

  private constructor(tables: IndexTables) {
    this.#tables = tables;
  }

  static open(directory: string, openTables: OpenIndexTables): ShardIndex {
    try {
      return new ShardIndex(openTables(directory));
    } catch (error) {
      throw diskError('opening the index', error);
    }
  }

  get(key: ShardKey): IndexEntry | undefined {
    const keyBytes = encodeKey(key);
    const row = this.#tables.shards.get(keyBytes);
    return row === undefined ? undefined : decodeEntry(keyBytes, row);
  }

  has(key: ShardKey): boolean {
    return this.#tables.shards.has(encodeKey(key));
  }

  /** Keys behind `after` in key order, of damaged rows too. */
  keys(after: ShardKey | undefined, limit: number): readonly ShardKey[] {
    const keys: ShardKey[] = [];
    if (limit <= 0) return keys;
    for (const key of this.#tables.shards.keys(startBehind(after))) {
      if (keys.push(decodeKey(key)) === limit) break;
    }
    return keys;
  }

  /** Entries behind `after` in key order, at most `limit`; damaged ones are left out. */
  list(after: ShardKey | undefined, limit: number): readonly IndexEntry[] {
    const entries: IndexEntry[] = [];
    if (limit <= 0) return entries;
    for (const { key, value } of this.#tables.shards.range(startBehind(after))) {
      if (isWhole(key, value) && entries.push(decodeEntry(key, value)) === limit) break;
    }
    return entries;
  }

  /** By the totals; where those are damaged, by every row. */
  count(): LiveCount {
    const totals = this.totals();
    return totals === undefined ? this.recount() : { totals, damagedRows: 0 };
  }

  /** What is alive in each segment that has anything alive. `undefined` when one of the totals is damaged. */
  totals(): ReadonlyMap<number, SegmentTotals> | undefined {
    const all = new Map<number, SegmentTotals>();
    for (const { key, value } of this.#tables.segments.range(undefined)) {
      const totals = decodeTotals(value);
      if (totals === undefined) return undefined;
      all.set(readUint64(key, 0), totals);
    }
    return all;
  }

  /** What is alive in one segment; `undefined` when nothing is, or the row is damaged. */
  totalsOf(segment: number): SegmentTotals | undefined {
    const row = this.#tables.segments.get(segmentKey(segment));
    return row === undefined ? undefined : decodeTotals(row);
  }

  /** Counted anew from every row: about three seconds for a million. */
  recount(): LiveCount {
    const totals = new Map<number, SegmentTotals>();
    let damagedRows = 0;
    for (const { key, value } of this.#tables.shards.range(undefined)) {
      if (!isWhole(key, value)) {
        damagedRows += 1;
        continue;
      }
      const { segment, lengthBytes } = decodeEntry(key, value).extent;
      const { liveShards, liveBytes } = totals.get(segment) ?? NOTHING_ALIVE;
      totals.set(segment, { liveShards: liveShards + 1, liveBytes: liveBytes + extentBytes(lengthBytes) });
    }
    return { totals, damagedRows };
  }

  async apply(change: IndexChange): Promise<void> {
    const { shards } = this.#tables;
    await this.#transact(() => {
      for (const entry of change.put) {
        const key = encodeKey(entry.key);
        shards.put(key, encodeEntry(key, entry));
      }
      for (const key of change.remove) shards.remove(encodeKey(key));
      for (const [segment, totals] of change.totals) this.#applyTotals(segment, totals);
    });
  }

  /** The sequence of the state file that was in force when this index was last opened. */
  get stateSequence(): number {
    const row = this.#tables.about.get(SEQUENCE_KEY);
    if (row === undefined) return 0;
    if (row.length !== 8)
      throw new PredastoreError('store-damaged', 'the state sequence in the index is damaged');
    return readUint64(row, 0);
  }

  async setStateSequence(sequence: number): Promise<void> {
    const row = Buffer.alloc(8);
    writeUint64(row, sequence, 0);
    await this.#transact(() => this.#tables.about.put(SEQUENCE_KEY, row));
  }

  /**
   * Makes `mine` the owner unless `isTaken` says that the present owner lives. Transactions of several processes follow
   * one another, so looking and taking are one step.
   */
  async claim(mine: Buffer, isTaken: (owner: Buffer) => boolean): Promise<boolean> {
    let claimed = false;
    await this.#transact(() => {
      const owner = this.#tables.about.get(OWNER_KEY);
      claimed = owner === undefined || !isTaken(owner);
      if (claimed) this.#tables.about.put(OWNER_KEY, mine);
    });
    return claimed;
  }

  async disown(): Promise<void> {
    await this.#transact(() => this.#tables.about.remove(OWNER_KEY));
  }

  async close(): Promise<void> {
    await this.#tables.close();
  }

  #applyTotals(segment: number, totals: SegmentTotals): void {
    const key = segmentKey(segment);
    if (totals.liveShards === 0) this.#tables.segments.remove(key);
    else this.#tables.segments.put(key, encodeTotals(totals));
  }

  async #transact(work: () => void): Promise<void> {
    try {
      await this.#tables.transact(work);
    } catch (error) {
      throw diskError('committing the index', error);
    }
  }
}

function segmentKey(segment: number): Buffer {
  const key = Buffer.alloc(8);
  writeUint64(key, segment, 0);
  return key;
}

function encodeKey(key: ShardKey): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  writeIdBytes(key.writeId).copy(bytes, 0);
  bytes.writeUInt16BE(key.index, 16);
  return bytes;
}

function startBehind(after: ShardKey | undefined): Buffer | undefined {
  return after === undefined ? undefined : encodeKey(after);
}

function decodeKey(bytes: Buffer): ShardKey {
  return { writeId: parseWriteId(bytes.toString('hex', 0, 16)), index: bytes.readUInt16BE(16) };
}

function encodeEntry(key: Buffer, entry: IndexEntry): Buffer {
  const row = Buffer.alloc(ROW_BYTES);
  const { extent } = entry;
  row.writeUInt16BE(ROW_VERSION, 0);
  row.writeUInt16BE(extent.keyEpoch, 2);
  writeUint64(row, extent.segment, 4);
  writeUint64(row, extent.offset, 12);
  writeUint64(row, extent.firstFragment, 20);
  writeUint64(row, extent.shardNumber, 28);
  writeUint64(row, extent.lengthBytes, 36);
  entry.objectHash.copy(row, 44);
  writeUint64(row, entry.rowOffset, 76);
  row.writeUInt32BE(entry.rowBytes, 84);
  row.writeUInt32BE(rowChecksum(key, row), 88);
  return row;
}

function isWhole(key: Buffer, row: Buffer): boolean {
  const whole = row.length === ROW_BYTES && row.readUInt32BE(88) === rowChecksum(key, row);
  return whole && row.readUInt16BE(0) === ROW_VERSION;
}

/** Tables have no checksums of their own: a row that rotted must not send a reader to somebody else's bytes. */
function decodeEntry(keyBytes: Buffer, row: Buffer): IndexEntry {
  const key = decodeKey(keyBytes);
  if (!isWhole(keyBytes, row)) {
    throw new PredastoreError('shard-corrupt', `the index row of shard ${shardKeyText(key)} is damaged`);
  }
  return {
    key,
    extent: {
      keyEpoch: row.readUInt16BE(2),
      segment: readUint64(row, 4),
      offset: readUint64(row, 12),
      firstFragment: readUint64(row, 20),
      shardNumber: readUint64(row, 28),
      lengthBytes: readUint64(row, 36),
    },
    objectHash: Buffer.from(row.subarray(44, 76)),
    rowOffset: readUint64(row, 76),
    rowBytes: row.readUInt32BE(84),
  };
}

function rowChecksum(key: Buffer, row: Buffer): number {
  return crc32(row.subarray(0, 88), crc32(key));
}

function encodeTotals(totals: SegmentTotals): Buffer {
  const row = Buffer.alloc(TOTALS_BYTES);
  row.writeUInt32BE(TOTALS_VERSION, 0);
  writeUint64(row, totals.liveShards, 4);
  writeUint64(row, totals.liveBytes, 12);
  row.writeUInt32BE(crc32(row.subarray(0, 20)), 20);
  return row;
}

function decodeTotals(row: Buffer): SegmentTotals | undefined {
  const whole = row.length === TOTALS_BYTES && row.readUInt32BE(20) === crc32(row.subarray(0, 20));
  if (!whole || row.readUInt32BE(0) !== TOTALS_VERSION) return undefined;
  return { liveShards: readUint64(row, 4), liveBytes: readUint64(row, 12) };
}
