// The metadata plane over one real nats-server: what every caller relies on.

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { nodeId } from '../../../src/core/ids.ts';
import type { ReclaimEntry } from '../../../src/metadata/metadata-store.ts';
import {
  keysOf,
  MetadataPlanes,
  someBlob,
  someBucket,
  someObject,
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

describe('objects', () => {
  test('a commit through one node is read and listed through another at once', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const record = someObject();
    for (const key of ['a', 'a/b c', 'ü/🎉', '/x/', '..', 'a=b', 'line\nbreak', ' ']) {
      const outcome = await one.objects.put({ bucketId: 'ryw', key }, record, 'any');
      expect(outcome.kind).toBe('committed');
      const got = await two.objects.get({ bucketId: 'ryw', key });
      expect(got?.record).toEqual(record);
      expect(await keysOf(two, 'ryw')).toContain(key);
    }
    expect(await keysOf(two, 'other')).toEqual([]);
  });

  test('a view that the leader confirms has every commit that resolved anywhere before', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    const address = { bucketId: 'confirmed', key: 'k' };
    let confirmed = 0;
    for (let round = 0; round < 50; round += 1) {
      const outcome = await one.objects.put(address, someObject(), 'any');
      if (outcome.kind !== 'committed') throw new Error('not committed');
      const seen = await Promise.all([1, 2, 3].map(() => two.objects.confirmed(address)));
      for (const found of seen) {
        if (found === undefined) continue; // it may say that it does not know
        expect(found.revision).toBe(outcome.revision);
        confirmed += 1;
      }
    }
    expect(confirmed).toBeGreaterThan(50);
    const { revision } = (await two.objects.get(address))!;
    await one.objects.remove(address, 'r', { revision });
    expect(await two.objects.confirmed(address)).toBeUndefined();
  });

  test('of a hundred creations of one key exactly one wins', async () => {
    const both = await Promise.all([planes.open(nats.urls, 1), planes.open(nats.urls, 2)]);
    const records = Array.from({ length: 100 }, () => someObject());
    const outcomes = await Promise.all(
      records.map((record, at) =>
        both[at % 2]!.plane.objects.put({ bucketId: 'race', key: 'k' }, record, 'absent'),
      ),
    );
    const winners = outcomes.flatMap((outcome, at) => (outcome.kind === 'committed' ? [at] : []));
    expect(winners).toHaveLength(1);
    const stored = await both[0].plane.objects.get({ bucketId: 'race', key: 'k' });
    expect(stored?.record.request).toBe(records[winners[0]!]!.request);
  });

  test('compare-and-set lets the current revision pass and refuses any other', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    const address = { bucketId: 'cas', key: 'k' };
    const first = await plane.objects.put(address, someObject(), 'absent');
    if (first.kind !== 'committed') throw new Error('not committed');
    const second = await plane.objects.put(address, someObject(), { revision: first.revision });
    expect(second.kind).toBe('committed');
    expect(await plane.objects.put(address, someObject(), { revision: first.revision })).toEqual({
      kind: 'conflict',
    });
    expect(await plane.objects.remove(address, 'r', { revision: first.revision })).toEqual({
      kind: 'conflict',
    });
    expect(await plane.objects.put(address, someObject(), 'absent')).toEqual({ kind: 'conflict' });
  });

  test('a removed key is absent, can be created again, and only once', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    const address = { bucketId: 'again', key: 'dir/k' };
    await plane.objects.put(address, someObject(), 'any');
    expect((await plane.objects.remove(address, 'r', 'any')).kind).toBe('committed');
    expect(await plane.objects.get(address)).toBeUndefined();
    expect(await keysOf(plane, 'again')).toEqual([]);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => plane.objects.put(address, someObject(), 'absent')),
    );
    expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
    expect(await keysOf(plane, 'again')).toEqual(['dir/k']);
  });

  test('many hot overwrites are all behind the barrier of a listing on another node', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    for (let round = 0; round < 10; round += 1) {
      const records = Array.from({ length: 60 }, () => someObject());
      const outcomes = await Promise.all(
        records.map((record, at) => one.objects.put({ bucketId: 'hot', key: `k${at % 3}` }, record, 'any')),
      );
      const page = await two.objects.list({
        bucketId: 'hot',
        prefix: '',
        delimiter: '',
        after: '',
        limit: 10,
      });
      const seen = page.entries.map((entry) => (entry.kind === 'object' ? entry.object.revision : 0));
      const newest = [0, 1, 2].map((key) =>
        Math.max(
          ...outcomes.map((done, at) => (done.kind === 'committed' && at % 3 === key ? done.revision : 0)),
        ),
      );
      expect(seen).toEqual(newest);
    }
  });
});

describe('buckets', () => {
  test('a bucket is found by name, listed in order, changed by compare-and-set, removed', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    for (const name of ['zebra', 'ape', 'my.bucket']) {
      expect((await one.buckets.put(someBucket(name), 'absent')).kind).toBe('committed');
    }
    const names = async (): Promise<string[]> => (await two.buckets.list()).map(({ record }) => record.name);
    expect(await names()).toEqual(['ape', 'my.bucket', 'zebra']);
    const ape = await two.buckets.get('ape');
    const closing = someBucket('ape', { state: 'deleting' });
    const marked = await two.buckets.put(closing, { revision: ape!.revision });
    if (marked.kind !== 'committed') throw new Error('not committed');
    expect(await one.reached(marked.revision, 2_000)).toBe(true);
    expect(one.viewedBucket('ape')?.record.state).toBe('deleting');
    expect((await one.buckets.lookup('ape'))?.revision).toBe(marked.revision);
    expect((await two.buckets.remove('ape', { revision: marked.revision })).kind).toBe('committed');
    expect(await one.buckets.get('ape')).toBeUndefined();
    expect(await names()).toEqual(['my.bucket', 'zebra']);
  });

  test('a deletion and a put of an object agree on their order', async () => {
    // The primitive of "Deleting a bucket": either the deletion sees the object, or the put sees the mark.
    const deleter = (await planes.open(nats.urls, 1)).plane;
    const writer = (await planes.open(nats.urls, 2)).plane;
    for (let round = 0; round < 20; round += 1) {
      const bucket = someBucket(`race-${round}`);
      const made = await deleter.buckets.put(bucket, 'absent');
      if (made.kind !== 'committed') throw new Error('not committed');
      const [deletion, put] = await Promise.all([
        (async () => {
          const mark = await deleter.buckets.put(
            { ...bucket, state: 'deleting' },
            { revision: made.revision },
          );
          if (mark.kind !== 'committed') throw new Error('not marked');
          return { empty: (await keysOf(deleter, bucket.id, { limit: 1 })).length === 0, at: mark.revision };
        })(),
        (async () => {
          const done = await writer.objects.put({ bucketId: bucket.id, key: 'k' }, someObject(), 'any');
          if (done.kind !== 'committed') throw new Error('not committed');
          expect(await writer.reached(done.revision, 2_000)).toBe(true);
          const viewed = writer.viewedBucket(bucket.name);
          return {
            at: done.revision,
            sawMark: viewed?.record.state === 'deleting' && viewed.revision < done.revision,
          };
        })(),
      ]);
      expect(deletion.empty && !put.sawMark).toBe(false);
      expect(put.sawMark).toBe(deletion.at < put.at);
    }
  });
});

describe('reclaim queue', () => {
  const ripe = async (plane: {
    reclaimable: (graceMs: number, limit: number) => Promise<readonly ReclaimEntry[]>;
  }) => (await plane.reclaimable(0, 100)).map(({ blob }) => blob.write);

  test('what a record no longer references is queued on every node, what it keeps is not', async () => {
    const one = await planes.open(nats.urls, 1);
    const two = await planes.open(nats.urls, 2);
    await keysOf(two.plane, 'x');
    for (const { id } of await two.plane.reclaimable(0, 10_000)) await two.plane.reclaimed([id]);
    const address = { bucketId: 'reclaim', key: 'k' };
    const [kept, dropped, last] = [someBlob(), someBlob(), someBlob()];
    await one.plane.objects.put(address, someObject({ blobs: [kept, dropped] }), 'any');
    await one.plane.objects.put(address, someObject({ blobs: [kept], meta: { rewritten: 'yes' } }), 'any');
    await keysOf(two.plane, 'reclaim');
    expect(await ripe(two.plane)).toEqual([dropped.write]);
    await one.plane.objects.put(address, someObject({ blobs: [last] }), 'any');
    await one.plane.objects.remove(address, 'r', 'any');
    await keysOf(two.plane, 'reclaim');
    expect(new Set(await ripe(two.plane))).toEqual(new Set([dropped.write, kept.write, last.write]));
    expect(await two.plane.reclaimable(60_000, 100)).toEqual([]);

    // It survives a restart, and goes only when it is reported done.
    await planes.close(two);
    const again = await planes.open(nats.urls, 2, two.directory);
    const entries = await again.plane.reclaimable(0, 100);
    expect(entries).toHaveLength(3);
    await again.plane.reclaimed(entries.slice(0, 2).map(({ id }) => id));
    expect(await again.plane.reclaimable(0, 100)).toEqual(entries.slice(2));
  });

  test('a blob that is referenced again is not handed out', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    const address = { bucketId: 'reclaim2', key: 'k' };
    const blob = someBlob();
    await plane.objects.put(address, someObject({ blobs: [blob] }), 'any');
    await plane.objects.put(address, someObject(), 'any');
    await plane.objects.put(address, someObject({ blobs: [blob] }), 'any');
    await keysOf(plane, 'reclaim2');
    expect(await ripe(plane)).not.toContain(blob.write);
  });
});

describe('members', () => {
  const node = (peerId: string, port = 7000) =>
    ({
      v: 1,
      id: nodeId(7),
      host: '127.0.0.1',
      port,
      peerId,
      startedAt: '2026-01-02T03:04:05.678Z',
    }) as const;

  test('a node registers, moves, and is seen by the others; a stranger with its id is refused', async () => {
    const one = (await planes.open(nats.urls, 1)).plane;
    const two = (await planes.open(nats.urls, 2)).plane;
    let changes = 0;
    two.members.onChange(() => (changes += 1));
    await one.members.register(node('key-a'));
    await one.members.register(node('key-a', 7001));
    await keysOf(two, 'x');
    expect(two.members.list()).toEqual([node('key-a', 7001)]);
    expect(changes).toBeGreaterThan(0);
    await expect(two.members.register(node('key-b'))).rejects.toMatchObject({ code: 'peer-rejected' });
    expect(one.members.list()).toEqual([node('key-a', 7001)]);
  });
});

describe('the view', () => {
  test('continues after a restart where it was, and catches up what it missed', async () => {
    const one = await planes.open(nats.urls, 1);
    const two = await planes.open(nats.urls, 2);
    await one.plane.objects.put({ bucketId: 'restart', key: 'before' }, someObject(), 'any');
    expect(await keysOf(two.plane, 'restart')).toEqual(['before']);
    const { appliedRevision } = await two.plane.status();
    await planes.close(two);
    await one.plane.objects.put({ bucketId: 'restart', key: 'during' }, someObject(), 'any');
    await one.plane.objects.remove({ bucketId: 'restart', key: 'before' }, 'r', 'any');
    const again = await planes.open(nats.urls, 2, two.directory);
    expect((await again.plane.status()).appliedRevision).toBeGreaterThanOrEqual(appliedRevision);
    expect(await keysOf(again.plane, 'restart')).toEqual(['during']);
  });

  test('a foreign or damaged view is rebuilt from the stream', async () => {
    const one = await planes.open(nats.urls, 1);
    await one.plane.objects.put({ bucketId: 'rebuild', key: 'k' }, someObject(), 'any');
    expect(await keysOf(one.plane, 'rebuild')).toEqual(['k']);
    await planes.close(one);
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${one.directory}/view.lmdb`, Buffer.alloc(64 * 1024, 0x5a));
    const again = await planes.open(nats.urls, 1, one.directory);
    expect(await keysOf(again.plane, 'rebuild')).toEqual(['k']);
  });
});

test('a repair debt is in the journal of each owing node', async () => {
  const { plane, bus } = await planes.open(nats.urls, 1);
  await plane.oweRepair({ v: 1, bucketId: 'b', key: 'k', blob: someBlob({ missing: [0, 2] }) });
  const reply = await bus.control.nats.request(
    '$JS.API.STREAM.INFO.S3_REPAIR',
    JSON.stringify({ subjects_filter: '>' }),
  );
  expect(reply.json()).toMatchObject({
    state: { subjects: { 's3.journal.repair.1': 1, 's3.journal.repair.3': 1 } },
  });
});

test('status tells where the view is and how durable the plane is', async () => {
  const { plane } = await planes.open(nats.urls, 1);
  await plane.objects.put({ bucketId: 'status', key: 'k' }, someObject(), 'any');
  await keysOf(plane, 'status');
  const status = await plane.status();
  expect(status).toMatchObject({ fenced: false, fenceReason: '', durability: 'asserted', reachable: true });
  expect(status.objects).toBeGreaterThan(0);
  expect(status.safeRevision).toBe(status.lastRevision);
});

describe('tombstones', () => {
  const messagesAt = async (subject: string, { bus }: TestPlane): Promise<unknown> => {
    const query = JSON.stringify({ subjects_filter: subject });
    const reply = await bus.control.nats.request('$JS.API.STREAM.INFO.KV_s3', query);
    return reply.json<{ state: { subjects?: unknown } }>().state.subjects;
  };

  test('go after their age with the history before them; a key that lives again keeps its record', async () => {
    const one = await planes.open(nats.urls, 1);
    const two = await planes.open(nats.urls, 2);
    const gone = { bucketId: 'tombs', key: 'gone' };
    const back = { bucketId: 'tombs', key: 'back' };
    for (const address of [gone, back]) {
      await one.plane.objects.put(address, someObject(), 'any');
      await one.plane.objects.remove(address, 'r', 'any');
    }
    await one.plane.objects.put(back, someObject(), 'any');
    for (const { plane } of [one, two]) await keysOf(plane, 'tombs');
    expect(await one.plane.collectTombstones(60_000, 10_000)).toBe(0);
    expect(await messagesAt('$KV.s3.o.tombs.gone', one)).toBeDefined();
    expect(await one.plane.collectTombstones(0, 10_000)).toBeGreaterThanOrEqual(2);
    expect(await two.plane.collectTombstones(0, 10_000)).toBeGreaterThanOrEqual(2);
    expect(await messagesAt('$KV.s3.o.tombs.gone', one)).toBeUndefined();
    for (const { plane } of [one, two]) {
      expect((await plane.status()).tombstones).toBe(0);
      expect(await plane.objects.get(gone)).toBeUndefined();
      expect(await plane.objects.get(back)).toBeDefined();
      expect(await keysOf(plane, 'tombs')).toEqual(['back']);
    }
    expect((await two.plane.objects.put(gone, someObject(), 'absent')).kind).toBe('committed');
  });

  test('a view that was away while deletions were collected is rebuilt and shows no ghost', async () => {
    const one = await planes.open(nats.urls, 1);
    const two = await planes.open(nats.urls, 2);
    for (const key of ['ghost', 'stays'])
      await one.plane.objects.put({ bucketId: 'ghosts', key }, someObject(), 'any');
    expect(await keysOf(two.plane, 'ghosts')).toEqual(['ghost', 'stays']);
    await planes.close(two);
    await one.plane.objects.remove({ bucketId: 'ghosts', key: 'ghost' }, 'r', 'any');
    await keysOf(one.plane, 'ghosts');
    expect(await one.plane.collectTombstones(0, 10_000)).toBeGreaterThan(0);
    const again = await planes.open(nats.urls, 2, two.directory);
    expect(await keysOf(again.plane, 'ghosts')).toEqual(['stays']);
    expect(await again.plane.objects.get({ bucketId: 'ghosts', key: 'ghost' })).toBeUndefined();
  });
});
