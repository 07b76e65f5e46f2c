// Shards that no record names go, and nothing else does: over a real metadata stream and a real store.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from '@jest/globals';
import type { MaintenanceContext } from '../../../src/maintenance/maintenance-context.ts';
import { Orphans } from '../../../src/maintenance/orphans.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { maintenanceContext, oldWrite, storeShard } from '../../support/maintenance-bench.ts';
import { MetadataPlanes, someBlob, someObject, type TestPlane } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { openStore, temporaryDirectory } from '../../support/segment-stores.ts';

const GRACE_MS = 60;
const planes = new MetadataPlanes();
const stopping = new AbortController().signal;
let nats: TestNats;
let opened: TestPlane;
let plane: MetadataPlane;
let store: ShardStore;
let directory: string;
let context: MaintenanceContext;

beforeAll(async () => {
  nats = await startNats();
  opened = await planes.open(nats.urls, 1);
  ({ plane } = opened);
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});
beforeEach(async () => {
  directory = await temporaryDirectory();
  store = await openStore(directory);
  context = await maintenanceContext({ directory, plane, store });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const at = (key: string) => ({ bucketId: 'orphans', key });

/** A second look before the grace is over, then a third one after it. */
async function looks(orphans: Orphans): Promise<void> {
  await orphans.pass();
  await systemClock.sleep(GRACE_MS + 20);
  await orphans.pass();
}

test('a shard that no record names is collected after its grace, not before', async () => {
  const key = await storeShard(store, oldWrite());
  const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping });
  await orphans.pass();
  await orphans.pass();
  expect(await store.stat(key)).toBeDefined();
  expect(orphans.report).toMatchObject({ suspects: 1, collected: 0, held: '' });
  await looks(orphans);
  expect(await store.stat(key)).toBeUndefined();
  expect(orphans.report).toMatchObject({ suspects: 0, collected: 1 });
});

test('a write whose record comes while its shard is under suspicion keeps it', async () => {
  const blob = someBlob({ write: oldWrite() });
  const key = await storeShard(store, blob.write);
  const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping });
  await orphans.pass();
  await plane.objects.put(at('late'), someObject({ blobs: [blob] }), 'any');
  await looks(orphans);
  expect(await store.stat(key)).toBeDefined();
  expect(orphans.report.suspects).toBe(0);
});

test('a writer that was frozen until its shards were collected replaces nothing, and can write again', async () => {
  const before = someObject({ blobs: [someBlob({ write: oldWrite() })] });
  await plane.objects.put(at('frozen'), before, 'any');
  const blob = someBlob({ write: oldWrite() });
  await storeShard(store, blob.write);
  const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping });
  await orphans.pass();
  await looks(orphans);
  expect(orphans.report.collected).toBe(1);
  const late = plane.objects.put(at('frozen'), someObject({ blobs: [blob] }), { uncondemned: blob.write });
  await expect(late).rejects.toMatchObject({ code: 'shards-unavailable' });
  expect((await plane.objects.get(at('frozen')))?.record).toEqual(before);
  const again = someBlob({ write: oldWrite() });
  const record = someObject({ blobs: [again] });
  expect(await plane.objects.put(at('frozen'), record, { uncondemned: again.write })).toMatchObject({
    kind: 'committed',
  });
});

test('what waits to be reclaimed and what a record names is left alone, what moved away goes', async () => {
  const [kept, replaced, moved] = [0, 1, 2].map(() => someBlob({ write: oldWrite() }));
  await plane.objects.put(at('kept'), someObject({ blobs: [kept!] }), 'any');
  await plane.objects.put(at('replaced'), someObject({ blobs: [replaced!] }), 'any');
  await plane.objects.put(at('replaced'), someObject({ blobs: [] }), 'any');
  const elsewhere = { ...moved!, nodes: [nodeId(4), nodeId(2), nodeId(3)] };
  await plane.objects.put(at('moved'), someObject({ blobs: [elsewhere] }), 'any');
  for (const { write } of [kept!, replaced!, moved!]) await storeShard(store, write);
  await looks(new Orphans(context, { graceMs: GRACE_MS, stopping }));
  const left = (await store.keys(undefined, 10)).map(({ writeId }) => writeId);
  expect(left.sort()).toEqual([kept!.write, replaced!.write].sort());
});

test('a write that has just begun is not even looked at', async () => {
  await storeShard(store, someBlob({ write: oldWrite() }).write);
  const orphans = new Orphans(context, { graceMs: 24 * 3_600_000, stopping });
  await orphans.pass();
  expect(orphans.report).toMatchObject({ shards: 1, suspects: 0 });
});

test('under another stream nothing is collected until the operator says so', async () => {
  await context.notebook.update({ stream: '2020-01-01T00:00:00Z' });
  const key = await storeShard(store, oldWrite());
  const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping });
  await looks(orphans);
  expect(orphans.report.held).toMatch(/shards were written under the one of 2020/);
  expect(await store.stat(key)).toBeDefined();
  orphans.accept();
  await looks(orphans);
  expect(orphans.report).toMatchObject({ held: '', collected: 1 });
});

test('more orphans than an accident explains are held, and told', async () => {
  const storeOne = async (): Promise<void> => {
    const key = { writeId: oldWrite(), index: 0 };
    const writer = await store.append({ key, objectHash: Buffer.alloc(32), lengthBytes: 0 });
    await writer.commit(Buffer.from('{}'));
  };
  await Promise.all(Array.from({ length: 1001 }, storeOne));
  const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping });
  await looks(orphans);
  expect(orphans.report.held).toMatch(/1001 of 1001 shards/);
  expect((await store.status()).shards).toBe(1001);
});

// The last one: the record stays unreadable.
test('while a record cannot be read nothing is collected', async () => {
  const key = await storeShard(store, oldWrite());
  await opened.bus.control.nats.request('$KV.s3.o.orphans.broken', 'not a record');
  await plane.blobs.catchUp();
  const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping });
  await looks(orphans);
  expect(orphans.report.held).toMatch(/cannot be read/);
  expect(await store.stat(key)).toBeDefined();
});
