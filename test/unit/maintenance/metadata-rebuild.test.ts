// Metadata made anew from sealed records: which write of a key counts, what is told of the others.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type {
  BlobRecord,
  BucketRecord,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from '../../../src/contracts/records.ts';
import { composeVersionId, composeWriteId, nodeId, type WriteId } from '../../../src/core/ids.ts';
import { checkCopy, type CheckedCopy } from '../../../src/maintenance/copied-metadata.ts';
import { rebuildMetadata, type RebuildReport } from '../../../src/maintenance/metadata-rebuild.ts';
import { CopyShelf } from '../../../src/metadata/copy-shelf.ts';
import { GatheredSeals } from '../../../src/metadata/gathered-seals.ts';
import { decodeObject, encodeObject, encodeRecord } from '../../../src/metadata/record-codec.ts';
import {
  encodeSealedRecord,
  sealedBucketOf,
  type SealedRecord,
} from '../../../src/metadata/sealed-record.ts';
import {
  bucketSubject,
  nodeSubject,
  objectSubject,
  partSubject,
  uploadSubject,
  versionSubject,
} from '../../../src/metadata/subjects.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemFiles } from '../../../src/platform/files.ts';
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

const COPIED_MS = 100_000_000;

/** What a copy has: made of a view of its own. */
async function copyOf(records: readonly (readonly [string, Buffer])[]): Promise<CheckedCopy> {
  const source = await View.open({
    directory: join(directory, 'source'),
    clock: systemClock,
    logger: silentLogger,
  });
  await source.adopt('the lost stream');
  const known: readonly (readonly [string, Buffer])[] = [
    [bucketSubject(BUCKET.name), encodeRecord({ ...BUCKET, settings: { tags: [{ Key: 'a', Value: 'b' }] } })],
    ...NODES.map(
      (id) =>
        [
          nodeSubject(id),
          encodeRecord({ v: 1, id, host: 'h', port: 1, peerId: 'p', startedAt: 's' }),
        ] as const,
    ),
    ...records,
  ];
  const messages = known.map(([subject, payload], at) => ({ subject, payload, sequence: at + 1 }));
  const batch = { messages, applied: 5_000, safe: 5_000 };
  source.anticipate(batch);
  await source.apply(batch);
  const snapshot = source.snapshot();
  const pace = (): Promise<void> => Promise.resolve();
  const shelf = new CopyShelf(join(directory, 'copies'), systemFiles);
  const { path } = await shelf.add({ snapshot, node: NODES[0]!, takenMs: COPIED_MS, pace });
  snapshot.close();
  await source.close();
  return checkCopy(path);
}

function copied(
  key: string,
  record: ObjectRecord,
  indices: readonly number[] = [0, 1, 2],
): readonly [string, Buffer] {
  put(key, record, indices);
  return [objectSubject('b1', key), encodeObject(record)];
}

test('on top of a copy: what is newer is added, what has no shards left is left out and told', async () => {
  const before = (salt: number): ObjectRecord => objectOf(blobAt(COPIED_MS - 1_000, salt));
  const after = (salt: number): ObjectRecord => objectOf(blobAt(COPIED_MS + 1_000, salt));
  const shared = before(9);
  const empty: ObjectRecord = { ...before(8), blobs: [], size: 0 };
  const copy = await copyOf([
    copied('stays', before(1)),
    copied('deleted', before(2), []),
    copied('overwritten', before(3), []),
    copied('both whole', before(4)),
    copied('short', before(5), [2]),
    copied('shared', shared),
    [objectSubject('b1', 'shared too'), encodeObject(shared)],
    [objectSubject('b1', 'empty'), encodeObject(empty)],
    copied('replaced before', before(6)),
    [objectSubject('b1', 'replaced before'), encodeObject(before(7))],
  ]);
  put('overwritten', after(13));
  put('both whole', after(14));
  put('new', after(15));
  put('under way', objectOf(blobAt(COPIED_MS - 10, 16)));
  put('replaced before', before(7));
  const report = await rebuildMetadata({ seals, view, nodes: new Set(NODES), completesUploads: false, copy });
  expect(report).toMatchObject({ buckets: 0, objects: 4, unreadable: 0 });
  expect(report.copied).toMatchObject({ node: 1, stream: 'the lost stream', replacedSince: 1 });
  const names = Object.fromEntries(
    (['deleted', 'unreadable', 'undecided', 'early', 'unproven'] as const).map((list) => [
      list,
      report.copied![list].names,
    ]),
  );
  expect(names).toEqual({
    deleted: ['kept/deleted'],
    unreadable: ['kept/short'],
    undecided: ['kept/both whole'],
    early: ['kept/under way'],
    unproven: ['kept/empty', 'kept/shared too'],
  });
  expect(etagOf('overwritten')).toBe(after(13).etag);
  expect(etagOf('both whole')).toBe(after(14).etag);
  expect(etagOf('replaced before')).toBe(before(7).etag);
  expect(etagOf('deleted')).toBeUndefined();
  expect(etagOf('empty')).toBeDefined();
  expect(view.bucket('kept')?.record.settings).toEqual({ tags: [{ Key: 'a', Value: 'b' }] });
  // As far as the lost stream went; and nothing is deleted on the way.
  expect(view.position.applied).toBe(5_000);
  expect(view.reclaim.length).toBe(0);
});

test('where a node of the copy was not asked, no name of it is left out', async () => {
  const copy = await copyOf([copied('k', objectOf(blobAt(1_000)), [])]);
  const report = await rebuildMetadata({
    seals,
    view,
    nodes: new Set(NODES.slice(0, 2)),
    completesUploads: false,
    copy,
  });
  expect(report.copied).toMatchObject({ deleted: { count: 0 }, unreadable: { names: ['kept/k'] } });
  expect(etagOf('k')).toBeDefined();
});

test('versions on top of a copy: a version removed since is gone, the next one is current; a marker is archived under a newer version', async () => {
  const id = (time: number): string => composeVersionId(time, Buffer.alloc(16, time % 251), undefined);
  const version = (time: number): ObjectRecord => objectOf(blobAt(time, time % 200), { versionId: id(time) });
  const archive = (key: string, record: ObjectRecord): readonly [string, Buffer] => {
    put(key, record);
    return [versionSubject('b1', record.versionId!, key), encodeObject(record)];
  };
  const marker: ObjectRecord = { ...version(4_000), blobs: [], size: 0, deleteMarker: true };
  const copy = await copyOf([
    archive('removed', version(1_000)),
    copied('removed', version(2_000), []),
    archive('marked', version(3_000)),
    [objectSubject('b1', 'marked'), encodeObject(marker)],
  ]);
  put('marked', version(COPIED_MS + 1));
  const report = await rebuildMetadata({ seals, view, nodes: new Set(NODES), completesUploads: false, copy });
  expect(report.copied).toMatchObject({ undecided: { count: 0 }, deleted: { count: 0 } });
  const query = { bucketId: 'b1', prefix: '', delimiter: '', keyMarker: '', versionMarker: '', limit: 10 };
  const { entries } = view.listVersions(query);
  const listed = entries.map((entry) => (entry.kind === 'version' ? entry.version.record.versionId : ''));
  expect(listed).toEqual([id(COPIED_MS + 1), id(4_000), id(3_000), id(1_000)]);
  expect(etagOf('removed')).toBe(version(1_000).etag);
});

test('a version named null that was written since takes the place of the one in the copy, archived or not', async () => {
  const id = (time: number): string => composeVersionId(time, Buffer.alloc(16, time % 251), undefined);
  const named = (time: number): ObjectRecord => objectOf(blobAt(time, 1), { versionId: id(time) });
  const nulled = (time: number): ObjectRecord => ({ ...named(time), nullVersion: true });
  const old = nulled(1_000);
  put('archived', old);
  const copy = await copyOf([
    [versionSubject('b1', 'null', 'archived'), encodeObject(old)],
    copied('archived', named(2_000)),
    copied('current', objectOf(blobAt(3_000))),
  ]);
  put('archived', nulled(COPIED_MS + 1));
  put('current', nulled(COPIED_MS + 2));
  await rebuildMetadata({ seals, view, nodes: new Set(NODES), completesUploads: false, copy });
  const query = { bucketId: 'b1', prefix: '', delimiter: '', keyMarker: '', versionMarker: '', limit: 10 };
  const listed = view
    .listVersions(query)
    .entries.map((entry) =>
      entry.kind === 'version' ? [entry.version.record.versionId, entry.version.record.nullVersion] : [],
    );
  expect(listed).toEqual([
    [id(COPIED_MS + 1), true],
    [id(2_000), undefined],
    [id(COPIED_MS + 2), true],
  ]);
});

test('an upload that was open in the copy keeps its parts and takes newer ones; one that had ended does not come back', async () => {
  const part = (number: number, timeMs: number, upload: UploadRecord): PartRecord => {
    putPart(number, timeMs, upload);
    const modified = new Date(timeMs).toISOString();
    const etag = Buffer.alloc(16, number).toString('hex');
    return { v: 1, number, size: 100_000, etag, modified, blobs: [blobAt(timeMs)], request: 'q' };
  };
  const upload = { ...UPLOAD, initiated: new Date(1_000).toISOString() };
  const first = part(1, 2_000, upload);
  const copy = await copyOf([
    [uploadSubject('b1', UPLOAD.id, 'big'), encodeRecord(upload)],
    [partSubject('b1', UPLOAD.id, 1), encodeRecord(first)],
  ]);
  putPart(2, COPIED_MS + 5, upload);
  const ended = { ...upload, id: '8'.repeat(32), key: 'ended' };
  const blob = blobAt(3_000, 9);
  const record = { ...first, blobs: [blob] };
  found(blob.write, {
    bucket: 'b1',
    key: 'ended',
    upload: ended.id,
    in: sealedBucketOf(BUCKET),
    record,
    of: ended,
  });
  const report = await rebuildMetadata({ seals, view, nodes: new Set(NODES), completesUploads: true, copy });
  expect(report).toMatchObject({ objects: 1, uploads: 0 });
  expect(view.upload({ bucketId: 'b1', key: 'big', uploadId: UPLOAD.id })).toBeUndefined();
  expect(view.head({ bucketId: 'b1', key: 'big' })).toMatchObject({ size: 200_000, upload: UPLOAD.id });
  expect(view.head({ bucketId: 'b1', key: 'ended' })).toBeUndefined();
});
