// Rows of the view: how keys and values lie in LMDB.
//
//   objects      bucket id ‖ 00 ‖ key                                    → revision (8 bytes, big-endian) ‖ record as in the stream
//   markers      as objects, for keys whose current version is a delete marker
//   versions     bucket id ‖ 00 ‖ key, 00 as 00 FF ‖ 00 01 ‖ version id, inverted → likewise; archived versions, newest first
//   nullVersions bucket id ‖ 00 ‖ key                                    → row key in `versions` of the version named `null`
//   uploads      bucket id ‖ 00 ‖ key, 00 as 00 FF ‖ 00 ‖ upload id      → likewise
//   openUploads  bucket id ‖ 00 ‖ upload id                              → row key in `uploads`
//   parts        bucket id ‖ 00 ‖ upload id ‖ number (2 bytes)           → as objects
//
// FF occurs in no UTF-8 text, so the order of uploads and versions is by key bytes and then by id, also where a key holds a 00.

import { PredastoreError } from '../core/errors.ts';
import { versionIdBytes } from '../core/ids.ts';

const REVISION_BYTES = 8;
const SEPARATOR = Buffer.from([0]);
const UPLOAD_ID_BYTES = 32;
/** Bytes after the key in the row key of an upload. */
export const UPLOAD_TAIL_BYTES = SEPARATOR.length + UPLOAD_ID_BYTES;
/** LMDB takes 1978 bytes with our page size. Only an upload whose key has some 800 zero bytes gets there. */
export const ROW_KEY_BYTES_MAX = 1_900;

/** In front of a version id, so that no byte of it can be taken for that of an escaped zero. */
const VERSION_SEPARATOR = Buffer.from([0, 1]);
const VERSION_ID_BYTES = 24;
/** Bytes after the key in the row key of a version. */
export const VERSION_TAIL_BYTES = VERSION_SEPARATOR.length + VERSION_ID_BYTES;

/** Row key of the ring, among the nodes: those have numbers. */
export const RING_ROW = Buffer.from('ring');

export function viewKey(bucketId: string, key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(bucketId, 'latin1'), SEPARATOR, key]);
}

/** Where the row keys of uploads of this key begin; of a prefix likewise. */
export function uploadStem(bucketId: string, key: Buffer): Buffer {
  return viewKey(bucketId, escapeZeros(key));
}

/** Where the row keys of versions of this key begin; of a prefix likewise. */
export function versionStem(bucketId: string, key: Buffer): Buffer {
  return uploadStem(bucketId, key);
}

/** `versionId` absent: the version that is older than all. */
export function versionRowKey(bucketId: string, key: Buffer, versionId: string | undefined): Buffer {
  const inverted = versionIdBytes(versionId).map((byte) => 0xff - byte);
  return Buffer.concat([versionStem(bucketId, key), VERSION_SEPARATOR, inverted]);
}

/** Below and above the row keys of every version of exactly this key. */
export function versionBounds(
  bucketId: string,
  key: Buffer,
): { readonly start: Buffer; readonly end: Buffer } {
  const stem = versionStem(bucketId, key);
  return { start: Buffer.concat([stem, VERSION_SEPARATOR]), end: Buffer.concat([stem, Buffer.from([0, 2])]) };
}

export function uploadRowKey(bucketId: string, key: Buffer, uploadId: string): Buffer {
  return Buffer.concat([uploadStem(bucketId, key), SEPARATOR, Buffer.from(uploadId, 'latin1')]);
}

export function openUploadKey(bucketId: string, uploadId: string): Buffer {
  return viewKey(bucketId, Buffer.from(uploadId, 'latin1'));
}

/** Row key of a part; number 0 is below every part of the upload. */
export function partRowKey(bucketId: string, uploadId: string, number: number): Buffer {
  return Buffer.concat([openUploadKey(bucketId, uploadId), Buffer.from([number >> 8, number & 0xff])]);
}

/** The number in a row key that `partRowKey` made. */
export function partNumberOf(rowKey: Buffer): number {
  return rowKey.readUInt16BE(rowKey.length - 2);
}

/** Above every part of the upload. */
export function partsEnd(bucketId: string, uploadId: string): Buffer {
  return partRowKey(bucketId, uploadId, 0xffff);
}

function escapeZeros(bytes: Buffer): Buffer {
  if (!bytes.includes(0)) return bytes;
  const escaped: number[] = [];
  for (const byte of bytes) {
    escaped.push(byte);
    if (byte === 0) escaped.push(0xff);
  }
  return Buffer.from(escaped);
}

/** The key, or the part of it, that `escapeZeros` wrote. */
export function unescapeZeros(bytes: Buffer): Buffer {
  return bytes.includes(0xff) ? Buffer.from(bytes.filter((byte) => byte !== 0xff)) : bytes;
}

export function stored(revision: number, record: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(REVISION_BYTES + record.length);
  row.writeBigUInt64BE(BigInt(revision));
  row.set(record, REVISION_BYTES);
  return row;
}

/** Throws `metadata-corrupt` for a row that is too short to have one. */
export function storedRevision(row: Buffer): number {
  if (row.length < REVISION_BYTES) throw new PredastoreError('metadata-corrupt', 'a row without a revision');
  return row.readUInt32BE(0) * 2 ** 32 + row.readUInt32BE(4);
}

export function storedRecord(row: Buffer): Buffer {
  return row.subarray(REVISION_BYTES);
}
