// Records as bytes: JSON out, strictly checked JSON in.
//
// A record that lacks a field or has one of another type is `metadata-corrupt`: guessing would turn damage into data.
// Fields that are not known here are ignored, so that an older node can read what a newer one wrote within a version.

import type { BlobRecord, BucketRecord, NodeRecord, ObjectRecord } from '../contracts/records.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { nodeId, NODE_ID_MAX, parseWriteId } from '../core/ids.ts';
import { METADATA_RECORD_BYTES_MAX, SHARDS_MAX } from '../core/limits.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Encodes a record; refuses one that no NATS message could carry. */
export function encodeRecord(record: ObjectRecord | BucketRecord | NodeRecord): Buffer {
  const bytes = Buffer.from(JSON.stringify(record));
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
    expect(isCount(fields['size']), 'size');
    for (const name of ['etag', 'modified', 'request']) expect(isText(fields[name]), name);
    expect(isTextMap(fields['headers']), 'headers');
    expect(isTextMap(fields['meta']), 'meta');
    expect(fields['checksums'] === undefined || isTextMap(fields['checksums']), 'checksums');
    expect(Array.isArray(fields['blobs']), 'blobs');
    for (const blob of fields['blobs'] as unknown[]) checkBlob(blob);
  }) as unknown as ObjectRecord;
}

export function decodeBucket(bytes: Uint8Array): BucketRecord {
  return decode('bucket', bytes, (fields) => {
    for (const name of ['id', 'name', 'account', 'region', 'created']) expect(isText(fields[name]), name);
    expect(fields['state'] === 'active' || fields['state'] === 'deleting', 'state');
    for (const name of ['public', 'declared']) expect(typeof fields[name] === 'boolean', name);
  }) as unknown as BucketRecord;
}

export function decodeNode(bytes: Uint8Array): NodeRecord {
  return decode('node', bytes, (fields) => {
    expect(isNodeId(fields['id']), 'id');
    expect(isCount(fields['port']), 'port');
    for (const name of ['host', 'peerId', 'startedAt']) expect(isText(fields[name]), name);
  }) as unknown as NodeRecord;
}

/** Checks one blob of a record or of the reclaim queue. */
export function checkBlob(value: unknown): asserts value is BlobRecord {
  expect(isFields(value), 'blob');
  expect(isText(value['write']), 'write');
  parseWriteId(value['write']);
  for (const name of ['size', 'k', 'm', 'cell', 'epoch']) expect(isCount(value[name]), name);
  const nodes = value['nodes'];
  expect(Array.isArray(nodes) && nodes.length <= SHARDS_MAX && nodes.every(isNodeId), 'nodes');
  expect(nodes.length === Number(value['k']) + Number(value['m']), 'nodes: one per shard');
  const missing = value['missing'];
  expect(missing === undefined || isIndexList(missing, nodes.length), 'missing');
}

/** The nodes that owe a shard of this blob. */
export function owingNodes(blob: BlobRecord): ReadonlySet<BlobRecord['nodes'][number]> {
  const owing = new Set<BlobRecord['nodes'][number]>();
  for (const index of blob.missing ?? []) {
    const node = blob.nodes[index];
    if (node !== undefined) owing.add(nodeId(node));
  }
  return owing;
}

function decode(what: string, bytes: Uint8Array, check: (fields: Fields) => void): Fields {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const value: unknown = JSON.parse(text);
    expect(isFields(value), 'not an object');
    expect(value['v'] === 1, `version ${String(value['v'])}`);
    check(value);
    return value;
  } catch (error) {
    throw new PredastoreError('metadata-corrupt', `${what} record: ${messageOf(error)}`, error);
  }
}

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new PredastoreError('metadata-corrupt', `malformed ${what}`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNodeId(value: unknown): boolean {
  return isCount(value) && value >= 1 && value <= NODE_ID_MAX;
}

function isTextMap(value: unknown): boolean {
  return isFields(value) && Object.values(value).every(isText);
}

function isIndexList(value: unknown, below: number): boolean {
  return Array.isArray(value) && value.every((index) => isCount(index) && index < below);
}
