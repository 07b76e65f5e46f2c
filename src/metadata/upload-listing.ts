// Pages of open uploads and of the parts of one: synchronous range scans over the view.
//
// A key marker is passed strictly, with all uploads of its key; with an upload id marker the later uploads of that very key
// are still ahead. A key marker that is a common prefix of the query skips its group, as in a listing of objects.

import { scanPage } from './listing.ts';
import { decodePart, decodeUpload } from './record-codec.ts';
import type { PartPage, UploadAddress, UploadEntry, UploadPage, UploadQuery } from './upload-table.ts';
import {
  partRowKey,
  partsEnd,
  storedRecord,
  storedRevision,
  unescapeZeros,
  UPLOAD_TAIL_BYTES,
  uploadStem,
} from './view-rows.ts';
import type { Rows } from './view-tables.ts';

const SEPARATOR = Buffer.from([0]);
/** Behind a key: above the separator and the id of any upload, below a longer key. */
const AFTER_ALL_IDS = Buffer.from([0, 0x80]);
/** A client may send any text as a marker; ids are decided within half of this. */
const ID_MARKER_BYTES_MAX = 64;

export function scanUploads(rows: Rows, query: UploadQuery): UploadPage {
  const stemOf = (text: string): Buffer => uploadStem(query.bucketId, Buffer.from(text));
  const headBytes = stemOf('').length;
  return scanPage<UploadEntry>({
    ...query,
    rows,
    after: query.keyMarker,
    stemOf,
    nameOf: (rowKey) => unescapeZeros(rowKey.subarray(headBytes, -UPLOAD_TAIL_BYTES)).toString('utf8'),
    tailBytes: UPLOAD_TAIL_BYTES,
    afterTail: afterTailOf(query.uploadIdMarker),
    entryOf: (_rowKey, row) => ({
      kind: 'upload',
      upload: { record: decodeUpload(storedRecord(row)), revision: storedRevision(row) },
    }),
  });
}

function afterTailOf(uploadIdMarker: string): Buffer {
  if (uploadIdMarker === '') return AFTER_ALL_IDS;
  const marker = Buffer.from(uploadIdMarker).subarray(0, ID_MARKER_BYTES_MAX);
  return Buffer.concat([SEPARATOR, marker, SEPARATOR]);
}

export function scanParts(rows: Rows, address: UploadAddress, after: number, limit: number): PartPage {
  const { bucketId, uploadId } = address;
  const start = partRowKey(bucketId, uploadId, after + 1);
  const range = rows.getRange({ start, end: partsEnd(bucketId, uploadId), limit: limit + 1 });
  const parts = [...range].map(({ value }) => ({
    record: decodePart(storedRecord(value)),
    revision: storedRevision(value),
  }));
  return { parts: parts.slice(0, limit), truncated: parts.length > limit };
}
