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
import { nodeId } from '../core/ids.ts';
import { versionName } from './version-table.ts';
import { partNumberOf, RING_ROW, storedRecord, unescapeZeros, VERSION_TAIL_BYTES } from './view-rows.ts';
import type { ViewTables } from './view-tables.ts';

export interface ViewRecord {
  readonly kind: 'bucket' | 'object' | 'version' | 'upload' | 'part' | 'node' | 'ring';
  readonly subject: string;
  readonly payload: Buffer;
}

type Tables = Pick<
  ViewTables,
  'objects' | 'markers' | 'versions' | 'uploads' | 'parts' | 'buckets' | 'nodes'
>;

/** In an order in which they can be applied: an upload comes before its parts. Throws `metadata-corrupt` for a row without a name. */
export function* recordsOf(tables: Tables): Generator<ViewRecord> {
  for (const { key, value } of tables.buckets.getRange()) {
    yield record('bucket', bucketSubject(key.toString('utf8')), value);
  }
  for (const rows of [tables.objects, tables.markers]) {
    for (const { key, value } of rows.getRange()) {
      const { bucketId, rest } = split(key);
      yield record('object', objectSubject(bucketId, rest.toString('utf8')), value);
    }
  }
  for (const { key, value } of tables.versions.getRange()) yield versionOf(key, value);
  for (const { key, value } of tables.uploads.getRange()) {
    const upload = decodeUpload(storedRecord(value));
    yield record('upload', uploadSubject(split(key).bucketId, upload.id, upload.key), value);
  }
  for (const { key, value } of tables.parts.getRange()) {
    const { bucketId, rest } = split(key);
    const uploadId = rest.toString('latin1', 0, rest.length - PART_NUMBER_BYTES);
    yield record('part', partSubject(bucketId, uploadId, partNumberOf(key)), value);
  }
  for (const { key, value } of tables.nodes.getRange()) {
    if (key.equals(RING_ROW)) yield record('ring', RING_SUBJECT, value);
    else yield record('node', nodeSubject(nodeId(Number(key.toString('utf8')))), value);
  }
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
