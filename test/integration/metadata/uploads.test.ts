// Multipart uploads in the metadata plane over one real nats-server: what `objects/` relies on.

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { open } from 'lmdb';

import { createBucketStore } from '../../../src/buckets/stored-buckets.ts';
import type { BlobRecord, UploadRecord } from '../../../src/contracts/records.ts';
import type { CommitOutcome, MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { objectSubject, partSubject, uploadSubject } from '../../../src/metadata/subjects.ts';
import type { UploadAddress } from '../../../src/metadata/upload-table.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import {
  keysOf,
  MetadataPlanes,
  someBlob,
  someObject,
  somePart,
  someUpload,
  type TestPlane,
} from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats();
});
afterEach(() => planes.closeAll());
afterAll(() => nats.stop());

function revisionOf(outcome: CommitOutcome): number {
  if (outcome.kind !== 'committed') throw new Error('not committed');
  return outcome.revision;
}

async function begin(
  plane: MetadataPlane,
  bucketId: string,
  key = 'key',
): Promise<{ address: UploadAddress; upload: UploadRecord; revision: number }> {
  const upload = someUpload({ key });
  const revision = revisionOf(await plane.uploads.create(bucketId, upload));
  return { address: { bucketId, key, uploadId: upload.id }, upload, revision };
}

async function openUploads(plane: MetadataPlane, bucketId: string): Promise<string[]> {
  const all = { bucketId, prefix: '', delimiter: '', keyMarker: '', uploadIdMarker: '', limit: 1000 };
  const { entries } = await plane.uploads.list(all);
  return entries.map((entry) => (entry.kind === 'upload' ? entry.upload.record.id : entry.prefix));
}

async function reclaimable(plane: MetadataPlane): Promise<Set<string>> {
  return new Set((await plane.reclaimable(0, 100_000)).map(({ blob }) => blob.write));
}

const writes = (...blobs: readonly BlobRecord[]): string[] => blobs.map(({ write }) => write);

describe('uploads', () => {
  test('begin, are found and listed, take parts and end, at every node at once', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const { address, upload, revision } = await begin(one, 'life', 'dir/a b');
    expect(await two.uploads.get(address)).toEqual({ record: upload, revision });
    expect(await openUploads(two, 'life')).toEqual([upload.id]);
    expect(await openUploads(two, 'other')).toEqual([]);
    const parts = [3, 1, 10_000].map((number) => somePart({ number }));
    for (const part of parts) await one.uploads.putPart(address, part);
    const again = somePart({ number: 3, etag: 'another' });
    await two.uploads.putPart(address, again);
    const page = await two.uploads.parts(address, 0, 2);
    expect(page).toMatchObject({ parts: [{ record: parts[1] }, { record: again }], truncated: true });
    const rest = await one.uploads.parts(address, 3, 2);
    expect(rest).toMatchObject({ parts: [{ record: parts[2] }], truncated: false });

    expect((await two.uploads.remove(address, { revision })).kind).toBe('committed');
    expect((await one.uploads.remove(address, { revision })).kind).toBe('conflict');
    expect((await one.uploads.remove(address, 'any')).kind).toBe('conflict');
    expect(await one.uploads.get(address)).toBeUndefined();
    expect(await openUploads(one, 'life')).toEqual([]);
    expect((await one.uploads.parts(address, 0, 10)).parts).toEqual([]);
  });

  test('of many that end one upload exactly one succeeds', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const { address, revision } = await begin(one, 'ends');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        [one, two][at % 2]!.uploads.remove(address, at % 3 === 0 ? 'any' : { revision }),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
  });

  test('the order of a part and the end of its upload is the same to everybody', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    for (let round = 0; round < 20; round += 1) {
      const { address, revision } = await begin(one, 'order');
      const part = somePart();
      const [ended, stored] = await Promise.all([
        one.uploads.remove(address, { revision }).then(revisionOf),
        two.uploads.putPart(address, part).then(revisionOf),
      ]);
      for (const plane of [one, two]) {
        expect(await plane.uploads.wasOpenAt(address, stored)).toBe(stored < ended);
        expect((await plane.uploads.parts(address, 0, 10)).parts).toEqual([]);
        expect(await reclaimable(plane)).toContain(part.blobs[0]!.write);
      }
    }
  });

  test('a part of an open upload was in time; one of an upload that never was, was not', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const { address } = await begin(one, 'open');
    const stored = revisionOf(await two.uploads.putPart(address, somePart()));
    for (const plane of [one, two]) {
      expect(await plane.uploads.wasOpenAt(address, stored)).toBe(true);
      expect(await plane.uploads.wasOpenAt({ ...address, uploadId: 'f'.repeat(32) }, stored)).toBe(false);
    }
    // A node that starts later has seen no end of an upload; it asks the leader.
    const ended = revisionOf(await one.uploads.remove(address, 'any'));
    const late = revisionOf(await one.uploads.putPart(address, somePart()));
    const three = (await planes.open(nats.urls, 3)).plane;
    expect(await three.uploads.wasOpenAt(address, stored)).toBe(true);
    expect(await three.uploads.wasOpenAt(address, late)).toBe(false);
    expect(late).toBeGreaterThan(ended);
  });

  test('a text that is no upload id names none', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    for (const uploadId of ['', '*', '>', 'x.y', 'A'.repeat(32), '../..', 'a'.repeat(5_000)]) {
      const address = { bucketId: 'ids', key: 'k', uploadId };
      expect(await plane.uploads.get(address)).toBeUndefined();
      expect(await plane.uploads.remove(address, 'any')).toEqual({ kind: 'conflict' });
      expect(await plane.uploads.remove(address, { revision: 1 })).toEqual({ kind: 'conflict' });
      expect(await plane.uploads.wasOpenAt(address, 1)).toBe(false);
      expect(await plane.uploads.parts(address, 0, 10)).toEqual({ parts: [], truncated: false });
    }
  });
});

describe('blobs of uploads', () => {
  test('live on in the object that was completed from them; the others are reclaimed', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    const { address } = await begin(plane, 'complete');
    const [first, second, overwritten, unused] = [someBlob(), someBlob(), someBlob(), someBlob()];
    for (const [number, blob] of [
      [1, first],
      [2, overwritten],
      [2, second],
      [3, unused],
    ] as const) {
      await plane.uploads.putPart(address, somePart({ number, blobs: [blob] }));
    }
    const object = { bucketId: 'complete', key: 'key' };
    const ours = async (): Promise<string[]> => {
      const queued = await reclaimable(plane);
      await keysOf(plane, 'complete');
      return writes(first, second, overwritten, unused).filter((write) => queued.has(write));
    };
    await plane.objects.put(object, someObject({ blobs: [first, second], upload: address.uploadId }), 'any');
    await plane.uploads.parts(address, 0, 1);
    expect(await ours()).toEqual(writes(overwritten));
    await plane.uploads.remove(address, 'any');
    await keysOf(plane, 'complete');
    expect(await ours()).toEqual(writes(overwritten, unused));
    const copy = { bucketId: 'complete', key: 'copy' };
    await plane.objects.put(copy, someObject({ blobs: [first, second] }), 'any');
    await plane.objects.remove(object, 'r', 'any');
    await keysOf(plane, 'complete');
    expect(await ours()).toEqual(writes(overwritten, unused));
    await plane.objects.remove(copy, 'r', 'any');
    await keysOf(plane, 'complete');
    expect(await ours()).toEqual(writes(first, second, overwritten, unused));
    // A copy that was on its way saves what it names, if the grace has not passed.
    await plane.objects.put(copy, someObject({ blobs: [second] }), 'any');
    expect(await ours()).toEqual(writes(first, overwritten, unused));
  });

  test('a completed object of 10 000 parts is written, read, listed, and its blobs counted', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    const blobs = Array.from({ length: 10_000 }, () => someBlob());
    const checksum = (): string => systemRandom.bytes(32).toString('base64');
    const parts = blobs.map(({ size }, at) => ({ number: at + 1, size, checksum: checksum() }));
    const record = someObject({ blobs, parts, upload: 'e'.repeat(32) });
    const address = { bucketId: 'huge', key: 'k' };
    await plane.objects.put(address, record, 'absent');
    expect((await plane.objects.get(address))?.record).toEqual(record);
    expect(await keysOf(plane, 'huge')).toEqual(['k']);
    await plane.objects.remove(address, 'r', 'any');
    await keysOf(plane, 'huge');
    const queued = await reclaimable(plane);
    expect(blobs.every(({ write }) => queued.has(write))).toBe(true);
  });
});

/** Everything a view says of a bucket. */
async function pictureOf(
  { plane, bus }: TestPlane,
  bucketId: string,
  seen: readonly string[],
): Promise<unknown> {
  const uploads = await openUploads(plane, bucketId);
  const parts = [];
  for (const uploadId of uploads) {
    parts.push((await plane.uploads.parts({ bucketId, key: 'key', uploadId }, 0, 1000)).parts);
  }
  const queued = await reclaimable(plane);
  expect(bus.control.connected).toBe(true);
  return {
    uploads,
    parts,
    keys: await keysOf(plane, bucketId),
    named: seen.filter((write) => !queued.has(write)),
  };
}

describe('a view that is made from the beginning', () => {
  test('ends where a live one is: late parts, history that was dropped, messages that were purged', async () => {
    const live = await planes.open(nats.urls, 1);
    const other = await planes.open(nats.urls, 2);
    const bucketId = 'fresh';
    const seen: string[] = [];
    const blob = (): BlobRecord => {
      const made = someBlob();
      seen.push(made.write);
      return made;
    };
    const part = (number: number) => somePart({ number, blobs: [blob()] });
    const kept = await begin(live.plane, bucketId);
    const aborted = await begin(live.plane, bucketId);
    const completed = await begin(live.plane, bucketId);
    for (const { address } of [kept, aborted, completed]) {
      // Part 1 is written more often than the stream remembers.
      for (let round = 0; round < 12; round += 1) await live.plane.uploads.putPart(address, part(1));
      await live.plane.uploads.putPart(address, part(2));
    }
    const { parts } = await live.plane.uploads.parts(completed.address, 0, 10);
    const blobs = parts.flatMap(({ record }) => record.blobs);
    await live.plane.objects.put({ bucketId, key: 'done' }, someObject({ blobs }), 'any');
    for (const { address } of [aborted, completed]) {
      await live.plane.uploads.remove(address, 'any');
      await live.plane.uploads.putPart(address, part(3));
    }
    await live.plane.objects.put({ bucketId, key: 'copy' }, someObject({ blobs: blobs.slice(1) }), 'any');
    await live.plane.objects.remove({ bucketId, key: 'done' }, 'r', 'any');
    const expected = await pictureOf(live, bucketId, seen);
    const named = [
      ...blobs.slice(1),
      ...(await live.plane.uploads.parts(kept.address, 0, 9)).parts.flatMap(({ record }) => record.blobs),
    ];
    expect(expected).toMatchObject({ uploads: [kept.upload.id], keys: ['copy'] });
    expect(new Set((expected as { named: string[] }).named)).toEqual(new Set(writes(...named)));

    // What a fresh view cannot know is never named either; so only what is named is compared.
    const namedBy = async (opened: TestPlane): Promise<unknown> => {
      const { named: all, ...rest } = (await pictureOf(opened, bucketId, seen)) as { named: string[] };
      const still = new Set(writes(...named));
      return { ...rest, named: all.filter((write) => still.has(write)) };
    };
    const want = await namedBy(live);
    expect(await namedBy(await planes.open(nats.urls, 3))).toEqual(want);

    // A day later.
    await live.plane.collectTombstones(0, 100_000);
    expect(await subjectsOf(live, `$KV.s3.p.${bucketId}.>`)).toEqual([
      partSubject(bucketId, kept.upload.id, 1),
      partSubject(bucketId, kept.upload.id, 2),
    ]);
    expect(await subjectsOf(live, `$KV.s3.u.${bucketId}.>`)).toEqual([
      uploadSubject(bucketId, kept.upload.id, 'key'),
    ]);
    expect(await namedBy(await planes.open(nats.urls, 4))).toEqual(want);
    expect(await namedBy(other)).toEqual(want);
  });

  async function subjectsOf({ bus }: TestPlane, subjects_filter: string): Promise<string[]> {
    const query = JSON.stringify({ subjects_filter });
    const reply = await bus.control.nats.request('$JS.API.STREAM.INFO.KV_s3', query);
    return Object.keys(reply.json<{ state: { subjects?: object } }>().state.subjects ?? {}).sort();
  }

  test('from one of the first format, and keeps its reclaim queue and its fence', async () => {
    const first = await planes.open(nats.urls, 1);
    const [gone, inUse] = [someBlob(), someBlob()];
    await first.plane.objects.put({ bucketId: 'older', key: 'k' }, someObject({ blobs: [inUse] }), 'any');
    await keysOf(first.plane, 'older');
    await planes.close(first);
    await makeOld(first.directory, [gone, inUse], '');
    const second = await planes.open(nats.urls, 1, first.directory);
    expect(await keysOf(second.plane, 'older')).toEqual(['k']);
    const queued = await reclaimable(second.plane);
    expect([queued.has(gone.write), queued.has(inUse.write)]).toEqual([true, false]);
    await planes.close(second);
    await makeOld(first.directory, [], 'a reason');
    const third = await planes.open(nats.urls, 1, first.directory);
    expect(await third.plane.status()).toMatchObject({ fenced: true, fenceReason: 'a reason' });
  });

  /** Turns a view into one of the first format, with blobs in its queue. */
  async function makeOld(directory: string, queue: readonly BlobRecord[], fence: string): Promise<void> {
    const root = open<Buffer, Buffer>({
      path: `${directory}/view.lmdb`,
      pageSize: 4_096,
      maxDbs: 16,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    const table = (name: string) =>
      root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
    const state = JSON.parse(table('state').get(Buffer.from('state'))!.toString('utf8')) as object;
    const old = { ...state, format: 'predastore-view-1', fence };
    await table('state').put(Buffer.from('state'), Buffer.from(JSON.stringify(old)));
    for (const name of ['uploads', 'openUploads', 'parts', 'references']) await table(name).drop();
    for (const [at, blob] of queue.entries()) {
      const value = Buffer.from(JSON.stringify({ at: 'ab', blob }));
      await table('reclaim').put(Buffer.concat([Buffer.alloc(19), Buffer.from([at])]), value);
    }
    await root.close();
  }
});

test('open uploads go with their bucket, and not with one that is not empty', async () => {
  const { plane } = await planes.open(nats.urls, 1);
  const buckets = createBucketStore({ metadata: plane, clock: systemClock, random: systemRandom });
  const request = { name: 'refused', account: '111122223333', region: 'us-east-1' };
  const made = await buckets.create(request);
  if (made.kind !== 'created') throw new Error(made.kind);
  const { address } = await begin(plane, made.record.id);
  const object = { bucketId: made.record.id, key: 'object' };
  await plane.objects.put(object, someObject(), 'absent');
  expect(await buckets.remove('refused')).toEqual({ kind: 'not-empty' });
  expect((await buckets.head('refused'))?.state).toBe('active');
  expect(await plane.uploads.get(address)).toBeDefined();
  await plane.objects.remove(object, '', 'any');
  expect(await buckets.remove('refused')).toEqual({ kind: 'removed' });
  expect(await plane.uploads.get(address)).toBeUndefined();
});

test('whoever reads the stream by eye finds every kind of record under its own name', () => {
  const id = 'a'.repeat(32);
  expect(uploadSubject('b1', id, 'x/y z')).toBe(`$KV.s3.u.b1.${id}.x.y=20z`);
  expect(partSubject('b1', id, 12)).toBe(`$KV.s3.p.b1.${id}.12`);
  expect(objectSubject('b1', 'x/y z')).toBe('$KV.s3.o.b1.x.y=20z');
});
