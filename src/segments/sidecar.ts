// Rows of a sidecar: what lies where in a segment, with the object record, sealed; enough to rebuild index and metadata.
//
// Owns: the row's bytes, reading a sidecar from beginning to end. Refuses: deciding what is readable (the index does).
// Invariants:
//   R1. A row is believed only when its seal fits the store, the segment and its header; rows sit on 64-byte steps, so a
//       damaged or torn row costs itself and nothing behind it.

import { crc32 } from 'node:zlib';
import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { parseWriteId, writeIdBytes } from '../core/ids.ts';
import { SHARD_RECORD_BYTES_MAX } from '../core/limits.ts';
import type { OpenFile } from '../platform/files.ts';
import { readUint64, writeUint64 } from './big-endian.ts';
import { STORE_ID_BYTES, openWith, sealWith, type DataKey, type KeyRing } from './data-key.ts';
import { FILE_HEADER_BYTES, SEAL_TAG_BYTES, fragmentsOf, type Extent, type ShardIdentity } from './extent.ts';

/** Every row begins on such a step from the beginning of the file. */
const ROW_STEP_BYTES = 64;
const ROW_HEADER_BYTES = 32;
const ROW_FIXED_BYTES = 90;
/** Where in a row the number lies that seals it. */
export const ROW_NUMBER_AT = 8;
const ROW_MAGIC = 0x5052;
const ROW_VERSION = 1;
const ROW_BYTES_MAX = paddedRow(ROW_FIXED_BYTES + SHARD_RECORD_BYTES_MAX);
/** How much of a sidecar is read at once. */
const SCAN_BYTES = 256 * 1024;

assert(FILE_HEADER_BYTES % ROW_STEP_BYTES === 0, 'the first row sits on a step');
assert(SCAN_BYTES >= ROW_BYTES_MAX, 'a scan window holds any row');

export interface SidecarRow {
  readonly identity: ShardIdentity;
  readonly extent: Extent;
  readonly record: Buffer;
}

/** What a row is sealed with: a number of its own from the same counter as the fragments. */
export interface RowSeal {
  readonly key: DataKey;
  readonly number: number;
}

export function encodeRow(row: SidecarRow, seal: RowSeal): Buffer {
  const plain = encodePlain(row);
  const bytes = Buffer.alloc(paddedRow(plain.length));
  bytes.writeUInt16BE(ROW_MAGIC, 0);
  bytes.writeUInt16BE(ROW_VERSION, 2);
  bytes.writeUInt32BE(plain.length, 4);
  writeUint64(bytes, seal.number, ROW_NUMBER_AT);
  bytes.writeUInt32BE(seal.key.epoch, 16);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 28)), 28);
  const context = rowContext(bytes, seal.key.storeId, row.extent.segment);
  sealWith(seal.key, seal.number, context, plain).copy(bytes, ROW_HEADER_BYTES);
  return bytes;
}

/** The row at the beginning of `bytes`; `undefined` when it is torn or damaged. */
export function decodeRow(bytes: Buffer, keys: KeyRing, segment: number): SidecarRow | undefined {
  const plainBytes = rowPlainBytes(bytes);
  if (plainBytes === undefined || bytes.length < ROW_HEADER_BYTES + plainBytes + SEAL_TAG_BYTES)
    return undefined;
  try {
    const key = keys.get(bytes.readUInt32BE(16));
    const sealed = bytes.subarray(ROW_HEADER_BYTES, ROW_HEADER_BYTES + plainBytes + SEAL_TAG_BYTES);
    const plain = openWith(
      key,
      readUint64(bytes, ROW_NUMBER_AT),
      rowContext(bytes, key.storeId, segment),
      sealed,
    );
    return plain === undefined ? undefined : decodePlain(plain, segment);
  } catch (error) {
    if (error instanceof PredastoreError) return undefined;
    throw error;
  }
}

export type SidecarItem =
  | {
      readonly kind: 'row';
      readonly offset: number;
      readonly bytes: number;
      /** The number that sealed it: rows that were written later have higher ones. */
      readonly number: number;
      readonly row: SidecarRow;
    }
  | { readonly kind: 'damage'; readonly offset: number; readonly bytes: number };

/** Every row of a sidecar in order, from `from` (a step), with what could not be read in between reported as damage. */
export async function* scanSidecar(
  file: OpenFile,
  keys: KeyRing,
  segment: number,
  from = FILE_HEADER_BYTES,
): AsyncGenerator<SidecarItem> {
  const sizeBytes = await file.sizeBytes();
  const window = Buffer.allocUnsafe(Math.max(0, Math.min(SCAN_BYTES, sizeBytes - from)));
  let offset = from;
  let damagedFrom: number | undefined;
  while (offset < sizeBytes) {
    const filled = window.subarray(0, await file.pread(window, offset));
    const last = offset + filled.length >= sizeBytes;
    let at = 0;
    // Only rows that surely lie whole in the window are judged, unless the window is the last.
    while (at < filled.length && (last || at + ROW_BYTES_MAX <= filled.length)) {
      const row = decodeRow(filled.subarray(at), keys, segment);
      if (row === undefined) {
        damagedFrom ??= offset + at;
        at += ROW_STEP_BYTES;
        continue;
      }
      if (damagedFrom !== undefined) {
        yield { kind: 'damage', offset: damagedFrom, bytes: offset + at - damagedFrom };
        damagedFrom = undefined;
      }
      const bytes = paddedRow(ROW_FIXED_BYTES + row.record.length);
      const number = readUint64(filled, at + ROW_NUMBER_AT);
      yield { kind: 'row', offset: offset + at, bytes, number, row };
      at += bytes;
    }
    if (at === 0) break;
    offset += at;
  }
  if (damagedFrom !== undefined)
    yield { kind: 'damage', offset: damagedFrom, bytes: sizeBytes - damagedFrom };
}

/** Bytes at the end of a sidecar that are no whole row: what a crash in the middle of a commit leaves behind. */
export async function tornTailBytes(file: OpenFile, keys: KeyRing, segment: number): Promise<number> {
  // Two of the longest rows hold a whole one, wherever reading begins.
  const from = Math.max(FILE_HEADER_BYTES, (await file.sizeBytes()) - 2 * ROW_BYTES_MAX);
  let torn = 0;
  for await (const item of scanSidecar(file, keys, segment, from - (from % ROW_STEP_BYTES))) {
    torn = item.kind === 'damage' ? item.bytes : 0;
  }
  return torn;
}

/** Length of the sealed plain text a row announces, when its header is whole. */
function rowPlainBytes(bytes: Buffer): number | undefined {
  if (bytes.length < ROW_HEADER_BYTES) return undefined;
  if (bytes.readUInt16BE(0) !== ROW_MAGIC || bytes.readUInt16BE(2) !== ROW_VERSION) return undefined;
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32BE(28)) return undefined;
  const plainBytes = bytes.readUInt32BE(4);
  const fits = plainBytes >= ROW_FIXED_BYTES && plainBytes <= ROW_FIXED_BYTES + SHARD_RECORD_BYTES_MAX;
  return fits ? plainBytes : undefined;
}

function encodePlain({ identity, extent, record }: SidecarRow): Buffer {
  const plain = Buffer.alloc(ROW_FIXED_BYTES + record.length);
  writeIdBytes(identity.key.writeId).copy(plain, 0);
  plain.writeUInt16BE(identity.key.index, 16);
  plain.set(identity.objectHash, 18);
  writeUint64(plain, extent.offset, 50);
  plain.writeUInt32BE(fragmentsOf(extent.lengthBytes), 58);
  writeUint64(plain, extent.firstFragment, 62);
  writeUint64(plain, extent.shardNumber, 70);
  writeUint64(plain, extent.lengthBytes, 78);
  plain.writeUInt32BE(extent.keyEpoch, 86);
  record.copy(plain, ROW_FIXED_BYTES);
  return plain;
}

function decodePlain(plain: Buffer, segment: number): SidecarRow {
  return {
    identity: {
      key: { writeId: parseWriteId(plain.toString('hex', 0, 16)), index: plain.readUInt16BE(16) },
      objectHash: plain.subarray(18, 50),
    },
    extent: {
      segment,
      offset: readUint64(plain, 50),
      firstFragment: readUint64(plain, 62),
      shardNumber: readUint64(plain, 70),
      lengthBytes: readUint64(plain, 78),
      keyEpoch: plain.readUInt32BE(86),
    },
    record: plain.subarray(ROW_FIXED_BYTES),
  };
}

/** Header (bytes 0–31), store id, segment number. */
function rowContext(row: Buffer, storeId: Buffer, segment: number): Buffer {
  const context = Buffer.alloc(ROW_HEADER_BYTES + STORE_ID_BYTES + 8);
  row.copy(context, 0, 0, ROW_HEADER_BYTES);
  storeId.copy(context, ROW_HEADER_BYTES);
  writeUint64(context, segment, ROW_HEADER_BYTES + STORE_ID_BYTES);
  return context;
}

function paddedRow(plainBytes: number): number {
  const bytes = ROW_HEADER_BYTES + plainBytes + SEAL_TAG_BYTES;
  return Math.ceil(bytes / ROW_STEP_BYTES) * ROW_STEP_BYTES;
}
