// Versions in the metadata plane over one real nats-server: what `objects/` relies on.

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';

import type { ObjectRecord } from '../../../src/contracts/records.ts';
import { composeVersionId } from '../../../src/core/ids.ts';
import type { MetadataPlane, ObjectAddress } from '../../../src/metadata/metadata-store.ts';
import { versionName } from '../../../src/metadata/version-table.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { MetadataPlanes, someBlob, someObject } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats();
});
afterEach(() => planes.closeAll());
afterAll(() => nats.stop());

/** Makes a new version the current one, as `objects/` does. */
async function write(
  plane: MetadataPlane,
  address: ObjectAddress,
  fields: Partial<ObjectRecord> = {},
): Promise<ObjectRecord> {
  for (;;) {
    const current = await plane.objects.get(address);
    const versionId = composeVersionId(Date.now(), systemRandom.bytes(16), current?.record.versionId);
    const head = someObject({ versionId, ...fields });
    const outcome = await plane.objects.change(address, {
      head,
      expected: current === undefined ? 'absent' : { revision: current.revision },
      ...(current && { archived: current.record }),
    });
    if (outcome.kind === 'committed') return head;
  }
}

async function namesIn(plane: MetadataPlane, bucketId: string): Promise<string[]> {
  const all = { bucketId, prefix: '', delimiter: '', keyMarker: '', versionMarker: '', limit: 1000 };
  const { entries } = await plane.versions.list(all);
  return entries.map((entry) =>
    entry.kind === 'version' ? versionName(entry.version.record) : entry.prefix,
  );
}

async function promote(plane: MetadataPlane, address: ObjectAddress): Promise<void> {
  const current = await plane.objects.get(address);
  const next = await plane.versions.newest(address.bucketId, address.key);
  const outcome = await plane.objects.change(address, {
    expected: { revision: current!.revision },
    ...(next && {
      head: next.record,
      dropped: { version: versionName(next.record), revision: next.revision },
    }),
  });
  expect(outcome.kind).toBe('committed');
}

const reclaimable = async (plane: MetadataPlane): Promise<string[]> =>
  (await plane.reclaimable(0, 1000)).map(({ blob }) => blob.write);

describe('versions', () => {
  test('are archived and promoted in one step, seen by every node', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const address = { bucketId: 'life', key: 'dir/a b' };
    const first = await write(one, address);
    const second = await write(two, address);
    const marker = await write(one, address, { deleteMarker: true, blobs: [], size: 0 });
    const names = [marker, second, first].map(versionName);
    expect(await namesIn(two, 'life')).toEqual(names);
    expect((await two.objects.get(address))?.record).toEqual(marker);
    const archived = await two.versions.get({ ...address, version: versionName(first) });
    expect(archived?.record).toEqual(first);
    // The current version has no place in the archive.
    expect(await one.versions.get({ ...address, version: versionName(marker) })).toBeUndefined();
    await promote(two, address);
    expect((await one.objects.get(address))?.record).toEqual(second);
    expect(await namesIn(one, 'life')).toEqual(names.slice(1));
    await promote(one, address);
    await promote(one, address);
    expect(await one.objects.get(address)).toBeUndefined();
    expect(await namesIn(two, 'life')).toEqual([]);
    // Over the tombstone of the key and of its versions.
    const again = await write(two, address);
    expect(await namesIn(one, 'life')).toEqual([versionName(again)]);
  });

  test('a delete marker is listed as a version and not as an object', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const address = { bucketId: 'marked', key: 'k' };
    const all = { bucketId: 'marked', prefix: '', delimiter: '', after: '', limit: 10 };
    await write(one, address);
    expect((await one.objects.list(all)).entries).toHaveLength(1);
    await write(one, address, { deleteMarker: true, blobs: [], size: 0 });
    expect((await one.objects.list(all)).entries).toHaveLength(0);
    expect(await namesIn(one, 'marked')).toHaveLength(2);
    await write(one, address);
    expect((await one.objects.list(all)).entries).toHaveLength(1);
    expect(await namesIn(one, 'marked')).toHaveLength(3);
  });

  test('sixteen writers of one key at two nodes lose no version and make none twice', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const address = { bucketId: 'crowd', key: 'k' };
    const written = await Promise.all(
      Array.from({ length: 16 }, (_, at) => write(at % 2 === 0 ? one : two, address)),
    );
    const names = await namesIn(two, 'crowd');
    expect([...names].sort()).toEqual(written.map(versionName).sort());
    expect(names[0]).toBe(versionName((await one.objects.get(address))!.record));
  });

  test('of writers and deleters of versions every acknowledged step stands', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const address = { bucketId: 'mixed', key: 'k' };
    const before = [];
    for (let at = 0; at < 6; at += 1) before.push(await write(one, address));
    const removals = before.slice(0, 5).map(async (record, at) => {
      const version = { ...address, version: versionName(record) };
      const plane = at % 2 === 0 ? one : two;
      const archived = (await plane.versions.get(version))!;
      return plane.versions.remove(version, { revision: archived.revision });
    });
    const written = Array.from({ length: 8 }, (_, at) => write(at % 2 === 0 ? two : one, address));
    for (const outcome of await Promise.all(removals)) expect(outcome.kind).toBe('committed');
    const expected = [before[5]!, ...(await Promise.all(written))].map(versionName);
    expect((await namesIn(one, 'mixed')).sort()).toEqual(expected.sort());
  });

  test('a change that lost the race leaves nothing behind', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const address = { bucketId: 'race', key: 'k' };
    const first = await write(one, address);
    const stale = await one.objects.get(address);
    const second = await write(one, address);
    const head = someObject({ versionId: composeVersionId(Date.now(), systemRandom.bytes(16), undefined) });
    const late = { head, expected: { revision: stale!.revision }, archived: first };
    expect((await one.objects.change(address, late)).kind).toBe('conflict');
    // Nor does it bring back a version that was deleted meanwhile.
    const version = { ...address, version: versionName(first) };
    const archived = await one.versions.get(version);
    await one.versions.remove(version, { revision: archived!.revision });
    expect((await one.objects.change(address, late)).kind).toBe('conflict');
    expect(await namesIn(one, 'race')).toEqual([versionName(second)]);
  });

  test('the blobs of an archived version are kept until that version goes', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const address = { bucketId: 'blobs', key: 'k' };
    const blob = someBlob();
    const first = await write(one, address, { blobs: [blob] });
    await write(one, address);
    await write(one, address, { deleteMarker: true, blobs: [], size: 0 });
    expect(await reclaimable(one)).not.toContain(blob.write);
    const version = { ...address, version: versionName(first) };
    const archived = await one.versions.get(version);
    await one.versions.remove(version, { revision: archived!.revision });
    expect(await namesIn(one, 'blobs')).toHaveLength(2);
    expect(await reclaimable(one)).toContain(blob.write);
  });

  test('there is one version named null, and it gives way in the step that writes the next', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const address = { bucketId: 'nulls', key: 'k' };
    // From before versioning.
    const plain = someObject();
    await one.objects.put(address, plain, 'any');
    const second = await write(one, address);
    expect(await namesIn(one, 'nulls')).toEqual([versionName(second), 'null']);
    const current = await one.objects.get(address);
    const archivedNull = await one.versions.get({ ...address, version: 'null' });
    expect(archivedNull?.record).toEqual(plain);
    const versionId = composeVersionId(Date.now(), systemRandom.bytes(16), current!.record.versionId);
    const outcome = await one.objects.change(address, {
      head: someObject({ versionId, nullVersion: true }),
      expected: { revision: current!.revision },
      archived: current!.record,
      dropped: { version: 'null', revision: archivedNull!.revision },
    });
    expect(outcome.kind).toBe('committed');
    expect(await namesIn(one, 'nulls')).toEqual(['null', versionName(second)]);
    expect(await one.versions.get({ ...address, version: 'null' })).toBeUndefined();
    expect(await reclaimable(one)).toContain(plain.blobs[0]!.write);
  });

  test('a view that is filled from the stream shows the same', async () => {
    const first = await planes.open(nats.urls, 1);
    const address = { bucketId: 'refill', key: 'k' };
    for (let at = 0; at < 3; at += 1) await write(first.plane, address);
    const names = await namesIn(first.plane, 'refill');
    const second = await planes.open(nats.urls, 2);
    expect(await namesIn(second.plane, 'refill')).toEqual(names);
  });

  test('a stream of an earlier version gets atomic batches when a node opens it', async () => {
    const opened = await planes.open(nats.urls, 1);
    const manager = await jetstreamManager(opened.bus.control.nats);
    const { config } = await manager.streams.info('KV_s3');
    await manager.streams.update('KV_s3', { ...config, allow_atomic: false });
    await planes.close(opened);
    const { plane } = await planes.open(nats.urls, 1, opened.directory);
    const address = { bucketId: 'upgraded', key: 'k' };
    await write(plane, address);
    await write(plane, address);
    expect(await namesIn(plane, 'upgraded')).toHaveLength(2);
  });
});
