// Every record that the view holds, as the stream had it: what a lost stream is made anew from.
//
// Left out: barriers, witnesses and the floor, which are no rows of the view and are made anew by themselves.

import { decodeObject, decodeUpload } from './record-codec.ts';
import {
  bucketSubject,
  nodeSubject,
  objectSubject,
  partSubject,
  RING_SUBJECT,
  uploadSubject,
  versionSubject,
} from './subjects.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { nodeId } from '../core/ids.ts';
import { versionName } from './version-table.ts';
import { partNumberOf, RING_ROW, storedRecord, unescapeZeros, VERSION_TAIL_BYTES } from './view-rows.ts';
import type { Rows, ViewTables } from './view-tables.ts';
import type { Transaction } from 'lmdb';

export interface ViewRecord {
  readonly kind: 'bucket' | 'object' | 'version' | 'upload' | 'part' | 'node' | 'ring';
  readonly subject: string;
  readonly payload: Buffer;
}

type Tables = Pick<
  ViewTables,
  'objects' | 'markers' | 'versions' | 'uploads' | 'parts' | 'buckets' | 'nodes'
>;

/**
 * In an order in which they can be applied: an upload comes before its parts. `transaction`: as of then, however long the caller takes.
 * Throws `metadata-corrupt` for a row without a name.
 */
export function* recordsOf(tables: Tables, transaction?: Transaction): Generator<ViewRecord> {
  const all = (rows: Rows, recordOf: RecordOf): Generator<ViewRecord> => each(rows, recordOf, transaction);
  yield* all(tables.buckets, (key, row) => record('bucket', bucketSubject(key.toString('utf8')), row));
  for (const rows of [tables.objects, tables.markers]) yield* all(rows, currentOf);
  yield* all(tables.versions, versionOf);
  yield* all(tables.uploads, uploadOf);
  yield* all(tables.parts, partOf);
  yield* all(tables.nodes, (key, row) =>
    key.equals(RING_ROW)
      ? record('ring', RING_SUBJECT, row)
      : record('node', nodeSubject(nodeId(Number(key.toString('utf8')))), row),
  );
}

type RecordOf = (key: Buffer, row: Buffer) => ViewRecord;

/** Row keys lie on a disk: one that no subject can be made of is damage, not a bug. */
function* each(rows: Rows, recordOf: RecordOf, transaction: Transaction | undefined): Generator<ViewRecord> {
  for (const { key, value } of rows.getRange(transaction && { transaction })) {
    let found: ViewRecord;
    try {
      found = recordOf(key, value);
    } catch (error) {
      throw new PredastoreError('metadata-corrupt', `a row without a name: ${messageOf(error)}`, error);
    }
    yield found;
  }
}

function currentOf(rowKey: Buffer, row: Buffer): ViewRecord {
  const { bucketId, rest } = split(rowKey);
  return record('object', objectSubject(bucketId, rest.toString('utf8')), row);
}

function uploadOf(rowKey: Buffer, row: Buffer): ViewRecord {
  const upload = decodeUpload(storedRecord(row));
  return record('upload', uploadSubject(split(rowKey).bucketId, upload.id, upload.key), row);
}

function partOf(rowKey: Buffer, row: Buffer): ViewRecord {
  const { bucketId, rest } = split(rowKey);
  const uploadId = rest.toString('latin1', 0, rest.length - PART_NUMBER_BYTES);
  return record('part', partSubject(bucketId, uploadId, partNumberOf(rowKey)), row);
}

const PART_NUMBER_BYTES = 2;

/** The key of an archived version lies escaped in its row key, followed by two bytes and the inverted id. */
function versionOf(rowKey: Buffer, row: Buffer): ViewRecord {
  const { bucketId, rest } = split(rowKey);
  const key = unescapeZeros(rest.subarray(0, rest.length - VERSION_TAIL_BYTES));
  const version = versionName(decodeObject(storedRecord(row)));
  return record('version', versionSubject(bucketId, version, key.toString('utf8')), row);
}

function record(kind: ViewRecord['kind'], subject: string, row: Buffer): ViewRecord {
  return { kind, subject, payload: storedRecord(row) };
}

/** A row key begins with the id of a bucket and a zero. */
function split(rowKey: Buffer): { readonly bucketId: string; readonly rest: Buffer } {
  const end = rowKey.indexOf(0);
  return { bucketId: rowKey.toString('latin1', 0, end), rest: rowKey.subarray(end + 1) };
}
