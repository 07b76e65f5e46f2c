// Metadata made anew from sealed records: which write of a key counts, what is told of the others.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { BlobRecord, BucketRecord, ObjectRecord, UploadRecord } from '../../../src/contracts/records.ts';
import { composeVersionId, composeWriteId, nodeId, type WriteId } from '../../../src/core/ids.ts';
import { rebuildMetadata, type RebuildReport } from '../../../src/maintenance/metadata-rebuild.ts';
import { GatheredSeals } from '../../../src/metadata/gathered-seals.ts';
import { decodeObject } from '../../../src/metadata/record-codec.ts';
import {
  encodeSealedRecord,
  sealedBucketOf,
  type SealedRecord,
} from '../../../src/metadata/sealed-record.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';

const NODES = [1, 2, 3].map(nodeId);
const BUCKET: BucketRecord = {
  v: 1,
  id: 'b1',
  name: 'kept',
  account: '000000000001',
  region: 'r',
  created: '2026-01-01T00:00:00.000Z',
  state: 'active',
  public: false,
  declared: false,
};
let directory: string;
let seals: GatheredSeals;
let view: View;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rebuild-'));
  seals = await GatheredSeals.open(join(directory, 'seals'));
  view = await View.open({ directory: join(directory, 'view'), clock: systemClock, logger: silentLogger });
});
afterEach(async () => {
  await seals.close();
  await view.close();
  await rm(directory, { recursive: true });
});

function blobAt(timeMs: number, salt = 0, size = 100_000): BlobRecord {
  const write = composeWriteId(timeMs, NODES[0]!, Buffer.alloc(8, salt));
  return { write, size, k: 2, m: 1, cell: 65_536, epoch: 1, nodes: NODES };
}

function objectOf(blob: BlobRecord, more: Partial<ObjectRecord> = {}): ObjectRecord {
  const modified = new Date(Number.parseInt(blob.write.slice(0, 12), 16)).toISOString();
  const { size } = blob;
  return {
    v: 1,
    size,
    etag: blob.write,
    modified,
    headers: {},
    meta: {},
    blobs: [blob],
    request: 'q',
    ...more,
  };
}

function found(
  write: WriteId,
  sealed: SealedRecord,
  indices: readonly number[] = [0, 1, 2],
  nodes = NODES,
): void {
  const seal = encodeSealedRecord(sealed);
  for (const index of indices) seals.add({ node: nodes[index]!, write, index, seal });
}

function put(key: string, record: ObjectRecord, indices?: readonly number[], bucket = BUCKET): void {
  found(record.blobs[0]!.write, { bucket: bucket.id, key, in: sealedBucketOf(bucket), record }, indices);
}

function rebuild(completesUploads = false, asked = NODES): Promise<RebuildReport> {
  return rebuildMetadata({ seals, view, nodes: new Set(asked), completesUploads });
}

function etagOf(key: string, bucketId = 'b1'): string | undefined {
  const row = view.object({ bucketId, key });
  return row && decodeObject(row.record).etag;
}

test('the last write of a key counts; its bucket comes back under its name', async () => {
  put('k', objectOf(blobAt(2_000), { etag: 'second', tags: { a: 'b' } }));
  put('k', objectOf(blobAt(1_000), { etag: 'first' }));
  expect(await rebuild()).toMatchObject({ buckets: 1, objects: 1, replaced: 1, unreadable: 0 });
  expect(etagOf('k')).toBe('second');
  expect(view.bucket('kept')?.record).toEqual(BUCKET);
});

test('a write whose shards are gone from every node was deleted; where a node was not asked it may live', async () => {
  put('gone', objectOf(blobAt(1_000)), [2]);
  put('degraded', objectOf(blobAt(1_001)), [0, 2]);
  put('small', objectOf(blobAt(1_002, 0, 4_096)), [2]);
  expect(await rebuild()).toMatchObject({ objects: 2, unreadable: 1 });
  expect(etagOf('gone')).toBeUndefined();
  expect(etagOf('small')).toBeDefined();
});

test('with one node asked only, what it has a shard of is restored', async () => {
  put('elsewhere too', objectOf(blobAt(1_000)), [0]);
  expect(await rebuild(false, NODES.slice(0, 1))).toMatchObject({ objects: 1, unreadable: 0 });
});

test('the record says where the shards were found, not where they were written', async () => {
  const blob = { ...blobAt(1_000), missing: [1, 2] };
  const record = objectOf(blob);
  const sealed = { bucket: 'b1', key: 'moved', in: sealedBucketOf(BUCKET), record };
  found(blob.write, sealed, [0, 1], [NODES[2]!, NODES[1]!, NODES[0]!]);
  await rebuild();
  const row = view.object({ bucketId: 'b1', key: 'moved' })!;
  expect(decodeObject(row.record).blobs[0]).toMatchObject({ nodes: [3, 2, 3], missing: [2] });
});

test('versions keep their ids and their order; one of those named null is left', async () => {
  const versioned = { ...BUCKET, versioning: 'Enabled' } as const;
  const ids = [3, 4, 5].map((time) => composeVersionId(time * 1_000, Buffer.alloc(16, time), undefined));
  put('k', objectOf(blobAt(5_000), { etag: 'head', versionId: ids[2]! }), undefined, versioned);
  put(
    'k',
    objectOf(blobAt(4_000), { etag: 'null', versionId: ids[1]!, nullVersion: true }),
    undefined,
    versioned,
  );
  put('k', objectOf(blobAt(3_000), { etag: 'older', versionId: ids[0]! }), undefined, versioned);
  put('k', objectOf(blobAt(1_000), { etag: 'from before versioning' }), undefined, versioned);
  expect(await rebuild()).toMatchObject({ objects: 1, versions: 2, replaced: 1 });
  const { entries } = view.listVersions({
    bucketId: 'b1',
    prefix: '',
    delimiter: '',
    keyMarker: '',
    versionMarker: '',
    limit: 10,
  });
  const etags = entries.map((entry) => (entry.kind === 'version' ? entry.version.record.etag : ''));
  expect(etags).toEqual(['head', 'null', 'older']);
});

const UPLOAD: UploadRecord = {
  v: 1,
  id: '7'.repeat(32),
  key: 'big',
  initiated: '2026-01-01T00:00:00.000Z',
  headers: { 'content-type': 'x/y' },
  meta: {},
  account: 'a',
  request: 'q',
};

function putPart(number: number, timeMs: number, of: UploadRecord | 'unknown' = UPLOAD): void {
  const blob = blobAt(timeMs);
  const modified = new Date(timeMs).toISOString();
  const etag = Buffer.alloc(16, number).toString('hex');
  const record = { v: 1, number, size: blob.size, etag, modified, blobs: [blob], request: 'q' } as const;
  const part = { bucket: 'b1', key: 'big', upload: UPLOAD.id, in: sealedBucketOf(BUCKET), record };
  found(blob.write, of === 'unknown' ? part : { ...part, of });
}

test('parts come back as an open upload', async () => {
  putPart(1, 1_000);
  putPart(2, 2_000);
  putPart(2, 3_000);
  expect(await rebuild()).toMatchObject({ objects: 0, uploads: 1, parts: 2, replaced: 1 });
  expect(view.listParts({ bucketId: 'b1', key: 'big', uploadId: UPLOAD.id }, 0, 10).parts).toHaveLength(2);
});

test('or as the object, where that is asked for, no part is missing, and nothing later was written', async () => {
  putPart(1, 1_000);
  putPart(2, 2_000);
  put('big', objectOf(blobAt(1_500), { etag: 'in between' }));
  expect(await rebuild(true)).toMatchObject({ uploads: 0, replaced: 1 });
  const record = decodeObject(view.object({ bucketId: 'b1', key: 'big' })!.record);
  expect(record).toMatchObject({ size: 200_000, headers: UPLOAD.headers, upload: UPLOAD.id });
  expect(record.blobs).toHaveLength(2);
});

test('parts with a hole between them stay an upload', async () => {
  putPart(1, 1_000);
  putPart(3, 2_000);
  expect(await rebuild(true)).toMatchObject({ objects: 0, uploads: 1, parts: 2 });
});

test('seals of an earlier version: objects of a bucket that nobody names are counted, parts are attached to a plain upload', async () => {
  const blob = blobAt(1_000);
  found(blob.write, { bucket: 'unknown', key: 'k', record: objectOf(blob) });
  putPart(1, 2_000, 'unknown');
  expect(await rebuild()).toMatchObject({ nameless: 1, objects: 0, uploads: 1, partial: 1 });
});

test('a bucket that was deleted and made again is the later one', async () => {
  const later = { ...BUCKET, id: 'b2', created: '2026-02-01T00:00:00.000Z' };
  put('k', objectOf(blobAt(1_000)));
  put('k', objectOf(blobAt(2_000)), undefined, later);
  expect(await rebuild()).toMatchObject({ buckets: 1, objects: 1, nameless: 1 });
  expect(etagOf('k', 'b2')).toBeDefined();
});
