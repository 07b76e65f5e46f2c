// Records as bytes: JSON out, strictly checked JSON in.
//
// A record that lacks a field or has one of another type is `metadata-corrupt`: guessing would turn damage into data.
// Fields that are not known here are ignored, so that an older node can read what a newer one wrote within a version.
//
// An object record above RECORD_PLAIN_BYTES_MAX keeps `blobs` and `parts` in one field `packed` (blob-pack.ts); the rest stays
// readable, and a listing reads nothing else.

import type {
  BlobRecord,
  BucketRecord,
  LifecycleRecord,
  NodeRecord,
  ObjectRecord,
  PartRecord,
  RingRecord,
  StoreWitnessRecord,
  UploadRecord,
} from '../contracts/records.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { isVersionId, nodeId, parseWriteId } from '../core/ids.ts';
import { METADATA_RECORD_BYTES_MAX, MULTIPART_PARTS_MAX, SHARDS_MAX } from '../core/limits.ts';
import { packBlobs, unpackBlobs } from './blob-pack.ts';
import type { RepairEntry } from './repair-debt.ts';
import {
  expect,
  isCount,
  isFields,
  isIndexList,
  isNodeId,
  isText,
  isTextMap,
  type Fields,
} from './field-checks.ts';
import { checkSettings } from './settings-checks.ts';

/** What a listing needs of an object: everything but where its bytes lie. */
export type ObjectSummary = Omit<ObjectRecord, 'blobs' | 'parts'>;

const RECORD_PLAIN_BYTES_MAX = 16 * 1024;
/** More blobs than this are above it for certain. */
const PLAIN_BLOBS_MAX = 200;

/** Encodes a record; refuses one that no NATS message could carry. */
export function encodeRecord(
  record:
    BucketRecord | NodeRecord | UploadRecord | PartRecord | RingRecord | StoreWitnessRecord | LifecycleRecord,
): Buffer {
  return bounded(Buffer.from(JSON.stringify(record)));
}

/** As `encodeRecord`, for the one kind that may have to be packed. */
export function encodeObject(record: ObjectRecord): Buffer {
  if (record.blobs.length <= PLAIN_BLOBS_MAX) {
    const plain = Buffer.from(JSON.stringify(record));
    if (plain.length <= RECORD_PLAIN_BYTES_MAX) return plain;
  }
  const { blobs, parts, ...summary } = record;
  const packed = packBlobs({ blobs, ...(parts && { parts }) });
  return bounded(Buffer.from(JSON.stringify({ ...summary, packed })));
}

function bounded(bytes: Buffer): Buffer {
  if (bytes.length > METADATA_RECORD_BYTES_MAX) {
    throw new PredastoreError(
      'internal',
      `a record of ${bytes.length} bytes is too large for the metadata plane`,
    );
  }
  return bytes;
}

export function decodeObject(bytes: Uint8Array): ObjectRecord {
  return decode('object', bytes, (fields) => {
    checkSummary(fields);
    const { packed, ...rest } = fields;
    if (packed === undefined) {
      checkBlobs(fields['blobs']);
      expect(fields['parts'] === undefined || isPartList(fields['parts']), 'parts');
      return fields as unknown as ObjectRecord;
    }
    expect(isText(packed) && rest['blobs'] === undefined && rest['parts'] === undefined, 'packed');
    return { ...rest, ...unpackBlobs(packed, checkLayout) } as unknown as ObjectRecord;
  });
}

/** As `decodeObject`, without looking at blobs and parts. */
export function decodeSummary(bytes: Uint8Array): ObjectSummary {
  return decode('object', bytes, (fields) => {
    checkSummary(fields);
    return fields as unknown as ObjectSummary;
  });
}

const MARKER_TEXT = '"deleteMarker":true';

/** Whether an object record is a delete marker, without decoding it: in no text of a JSON document are these quotes bare. */
export function isDeleteMarker(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(MARKER_TEXT);
}

function checkSummary(fields: Fields): void {
  expect(isCount(fields['size']), 'size');
  for (const name of ['etag', 'modified', 'request']) expect(isText(fields[name]), name);
  expect(isTextMap(fields['headers']), 'headers');
  expect(isTextMap(fields['meta']), 'meta');
  expect(fields['checksums'] === undefined || isTextMap(fields['checksums']), 'checksums');
  expect(fields['upload'] === undefined || isText(fields['upload']), 'upload');
  expect(fields['versionId'] === undefined || isVersionId(fields['versionId']), 'versionId');
  for (const name of ['nullVersion', 'deleteMarker']) {
    expect(fields[name] === undefined || fields[name] === true, name);
  }
  checkProperties(fields);
}

/** What objects and uploads have in common. */
function checkProperties(fields: Fields): void {
  const { tags, acl, customerKey, storageClass, websiteRedirect, retention, legalHold } = fields;
  expect(tags === undefined || isTextMap(tags), 'tags');
  expect(acl === undefined || isAcl(acl), 'acl');
  expect(customerKey === undefined || isTextMap(customerKey), 'customerKey');
  expect(storageClass === undefined || isText(storageClass), 'storageClass');
  expect(websiteRedirect === undefined || isText(websiteRedirect), 'websiteRedirect');
  expect(retention === undefined || isRetention(retention), 'retention');
  expect(legalHold === undefined || legalHold === 'ON' || legalHold === 'OFF', 'legalHold');
}

/** A time that cannot be read would never be over, or be over at once. */
function isRetention(value: unknown): boolean {
  if (!isFields(value) || !isText(value['until'])) return false;
  const { mode, until } = value;
  return (mode === 'GOVERNANCE' || mode === 'COMPLIANCE') && !Number.isNaN(Date.parse(until));
}

function isAcl(value: unknown): boolean {
  if (!isFields(value) || !isText(value['owner'])) return false;
  const { grants } = value;
  return Array.isArray(grants) && grants.every(isTextMap);
}

export function decodeUpload(bytes: Uint8Array): UploadRecord {
  return decode('upload', bytes, (fields) => {
    for (const name of ['id', 'key', 'initiated', 'account', 'request']) expect(isText(fields[name]), name);
    expect(isTextMap(fields['headers']), 'headers');
    expect(isTextMap(fields['meta']), 'meta');
    const { checksum } = fields;
    expect(checksum === undefined || isTextMap(checksum), 'checksum');
    checkProperties(fields);
    return fields as unknown as UploadRecord;
  });
}

export function decodePart(bytes: Uint8Array): PartRecord {
  return decode('part', bytes, (fields) => {
    const { number } = fields;
    expect(isCount(number) && number >= 1 && number <= MULTIPART_PARTS_MAX, 'number');
    expect(isCount(fields['size']), 'size');
    for (const name of ['etag', 'modified', 'request']) expect(isText(fields[name]), name);
    expect(fields['checksums'] === undefined || isTextMap(fields['checksums']), 'checksums');
    checkBlobs(fields['blobs']);
    return fields as unknown as PartRecord;
  });
}

export function decodeBucket(bytes: Uint8Array): BucketRecord {
  return decode('bucket', bytes, (fields) => {
    for (const name of ['id', 'name', 'account', 'region', 'created']) expect(isText(fields[name]), name);
    expect(fields['state'] === 'active' || fields['state'] === 'deleting', 'state');
    for (const name of ['public', 'declared']) expect(typeof fields[name] === 'boolean', name);
    const { versioning } = fields;
    expect(versioning === undefined || versioning === 'Enabled' || versioning === 'Suspended', 'versioning');
    if (fields['settings'] !== undefined) checkSettings(fields['settings']);
    return fields as unknown as BucketRecord;
  });
}

export function decodeNode(bytes: Uint8Array): NodeRecord {
  return decode('node', bytes, (fields) => {
    expect(isNodeId(fields['id']), 'id');
    expect(isCount(fields['port']), 'port');
    for (const name of ['host', 'peerId', 'startedAt']) expect(isText(fields[name]), name);
    return fields as unknown as NodeRecord;
  });
}

export function decodeRing(bytes: Uint8Array): RingRecord {
  return decode('ring', bytes, (fields) => {
    expect(isCount(fields['epoch']), 'epoch');
    expect(isText(fields['changed']), 'changed');
    const { nodes } = fields;
    expect(Array.isArray(nodes) && nodes.length > 0, 'nodes');
    for (const node of nodes as unknown[]) {
      expect(isFields(node), 'node');
      expect(isNodeId(node['id']), 'id');
      expect(typeof node['weight'] === 'number' && node['weight'] > 0, 'weight');
      expect(node['domain'] === undefined || isText(node['domain']), 'domain');
      expect(node['state'] === 'active' || node['state'] === 'draining', 'state');
      expect(isCount(node['since']), 'since');
    }
    return fields as unknown as RingRecord;
  });
}

/** Checks one blob of a record or of the reclaim queue. */
export function checkBlob(value: unknown): asserts value is BlobRecord {
  expect(isFields(value), 'blob');
  expect(isText(value['write']), 'write');
  parseWriteId(value['write']);
  expect(isCount(value['size']), 'size');
  checkLayout(value);
}

function checkBlobs(value: unknown): void {
  expect(Array.isArray(value), 'blobs');
  for (const blob of value as unknown[]) checkBlob(blob);
}

/** Checks what blobs of one object may have in common. */
function checkLayout(value: unknown): void {
  expect(isFields(value), 'layout');
  for (const name of ['k', 'm', 'cell', 'epoch']) expect(isCount(value[name]), name);
  const nodes = value['nodes'];
  expect(Array.isArray(nodes) && nodes.length <= SHARDS_MAX && nodes.every(isNodeId), 'nodes');
  expect(nodes.length === Number(value['k']) + Number(value['m']), 'nodes: one per shard');
  const missing = value['missing'];
  expect(missing === undefined || isIndexList(missing, nodes.length), 'missing');
}

function isPartList(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every(
    (part: unknown) =>
      isFields(part) &&
      isCount(part['number']) &&
      isCount(part['size']) &&
      (part['checksum'] === undefined || isText(part['checksum'])),
  );
}

/** The nodes that hold, or should hold, these shards of a blob. */
export function owingNodes(
  blob: BlobRecord,
  indices: readonly number[] | undefined,
): ReadonlySet<BlobRecord['nodes'][number]> {
  const owing = new Set<BlobRecord['nodes'][number]>();
  for (const index of indices ?? []) {
    const node = blob.nodes[index];
    if (node !== undefined) owing.add(nodeId(node));
  }
  return owing;
}

export function decodeWitness(bytes: Uint8Array): StoreWitnessRecord {
  return decode('store witness', bytes, (fields) => {
    const { storeId, node, sequence, fragmentHighWater, process } = fields;
    expect(isText(storeId) && isText(process), 'storeId or process');
    expect(isCount(node) && isNodeId(node), 'node');
    expect(isCount(sequence) && isCount(fragmentHighWater), 'sequence or fragmentHighWater');
    return { v: 1, storeId, node: nodeId(node), sequence, fragmentHighWater, process };
  });
}

/** An entry of the repair journal. */
export function decodeRepair(bytes: Uint8Array): RepairEntry {
  return decode('repair', bytes, (fields) => {
    const { blob, damaged } = fields;
    checkBlob(blob);
    if (damaged === undefined) return { v: 1, blob };
    expect(isIndexList(damaged, blob.nodes.length), 'damaged');
    return { v: 1, blob, damaged };
  });
}

/** `check` throws, or returns the fields of the record. */
export function decode<T>(what: string, bytes: Uint8Array, check: (fields: Fields) => T): T {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const value: unknown = JSON.parse(text);
    expect(isFields(value), 'not an object');
    expect(value['v'] === 1, `version ${String(value['v'])}`);
    return check(value);
  } catch (error) {
    throw new PredastoreError('metadata-corrupt', `${what} record: ${messageOf(error)}`, error);
  }
}
