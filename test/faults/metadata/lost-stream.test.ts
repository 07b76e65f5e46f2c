// A stream that lost its records must not decide anything.

import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { composeVersionId } from '../../../src/core/ids.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import {
  keysOf,
  MetadataPlanes,
  someBlob,
  someBucket,
  someObject,
  somePart,
  someUpload,
  type TestPlane,
} from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
const planes = new MetadataPlanes();
const address = { bucketId: 'b', key: 'k' };

beforeEach(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await planes.closeAll();
  await nats.stop();
});

async function untilFenced({ plane }: TestPlane): Promise<void> {
  for (let tries = 0; !(await plane.status()).fenced; tries += 1) {
    if (tries > 200) throw new Error('never fenced');
    await sleep(50);
  }
}

async function remakeStream({ bus }: TestPlane): Promise<void> {
  const manager = await jetstreamManager(bus.control.nats);
  const { config } = await manager.streams.info('KV_s3');
  await manager.streams.delete('KV_s3');
  await manager.streams.add(config);
}

async function refusesEverything({ plane }: TestPlane): Promise<void> {
  const fenced = { code: 'metadata-fenced' };
  await expect(plane.objects.get(address)).rejects.toMatchObject(fenced);
  await expect(plane.objects.put(address, someObject(), 'any')).rejects.toMatchObject(fenced);
  await expect(plane.objects.remove(address, 'r', 'any')).rejects.toMatchObject(fenced);
  await expect(plane.buckets.get('b')).rejects.toMatchObject(fenced);
  await expect(keysOf(plane, 'b')).rejects.toMatchObject(fenced);
  expect(await plane.reclaimable(0, 10)).toEqual([]);
}

describe('a fence', () => {
  test('rises when the stream was made anew, stands over a restart, and stops reclaiming', async () => {
    const one = await planes.open(nats.urls, 1);
    await one.plane.objects.put(address, someObject({ blobs: [someBlob()] }), 'any');
    await one.plane.objects.put(address, someObject(), 'any');
    await keysOf(one.plane, 'b');
    expect(await one.plane.reclaimable(0, 10)).toHaveLength(1);
    await remakeStream(one);
    await untilFenced(one);
    await refusesEverything(one);
    await planes.close(one);
    const again = await planes.open(nats.urls, 1, one.directory);
    expect((await again.plane.status()).fenceReason).toContain('made anew');
    await refusesEverything(again);
  });

  test('rises when the stream was made anew while the node was down', async () => {
    const one = await planes.open(nats.urls, 1);
    await one.plane.objects.put(address, someObject(), 'any');
    await keysOf(one.plane, 'b');
    await planes.close(one);
    const admin = await planes.open(nats.urls, 2);
    await remakeStream(admin);
    const again = await planes.open(nats.urls, 1, one.directory);
    await untilFenced(again);
    await refusesEverything(again);
  });

  test('rises before a put that only the new stream has seen is acknowledged', async () => {
    // The tail needs a moment to notice; the sequence of the acknowledgement gives the new stream away at once.
    const one = await planes.open(nats.urls, 1);
    for (let at = 0; at < 20; at += 1) await one.plane.objects.put(address, someObject(), 'any');
    await keysOf(one.plane, 'b');
    await remakeStream(one);
    const outcome = await one.plane.objects
      .put(address, someObject(), 'any')
      .catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'metadata-fenced' });
  });
});

test('an older copy of the stream, put back, decides nothing: the node is fenced before it acknowledges or denies anything', async () => {
  const one = await planes.open(nats.urls, 1);
  const kept = await one.plane.objects.put(address, someObject(), 'any');
  expect(kept.kind).toBe('committed');
  const { server } = nats;
  await server.kill('SIGTERM');
  const [files, copy] = [join(server.directory, server.name), join(server.directory, 'copy')];
  await cp(files, copy, { recursive: true });
  await server.restart();
  const later = { ...address, key: 'written after the copy' };
  for (let at = 0; at < 5; at += 1) await one.plane.objects.put(later, someObject(), 'any');
  await keysOf(one.plane, 'b');
  await server.kill('SIGTERM');
  await rm(files, { recursive: true });
  await rename(copy, files);
  await server.restart();
  // Absence is never told: not at once, not later.
  const looked: unknown = await one.plane.objects.get(later).catch((error: unknown) => error);
  expect(looked).toMatchObject({ code: expect.stringMatching(/^metadata-(fenced|unavailable)$/) });
  const put: unknown = await one.plane.objects
    .put(address, someObject(), 'any')
    .catch((error: unknown) => error);
  expect(put).toMatchObject({ code: 'metadata-fenced' });
  expect((await one.plane.status()).fenceReason).toMatch(/went backwards|made anew/);
  await refusesEverything(one);
  // Fenced for good, also for a process that begins.
  await planes.close(one);
  const again = await planes.open(nats.urls, 1, one.directory);
  await refusesEverything(again);
});

test('a missing stream is not made anew by a node that has followed it', async () => {
  const one = await planes.open(nats.urls, 1);
  await one.plane.objects.put(address, someObject(), 'any');
  await keysOf(one.plane, 'b');
  await planes.close(one);
  const fresh = await planes.open(nats.urls, 3);
  const freshManager = await jetstreamManager(fresh.bus.control.nats);
  await freshManager.streams.delete('KV_s3');
  await expect(planes.open(nats.urls, 1, one.directory, { startPatienceMs: 300 })).rejects.toMatchObject({
    code: 'metadata-unavailable',
  });
  await expect(freshManager.streams.info('KV_s3')).rejects.toThrow('stream not found');
});

test('an existing stream that any replica may answer for is refused, with the reason', async () => {
  const one = await planes.open(nats.urls, 1);
  const manager = await jetstreamManager(one.bus.control.nats);
  await manager.streams.update('KV_s3', { allow_direct: true });
  await planes.close(one);
  await expect(planes.open(nats.urls, 1, one.directory)).rejects.toMatchObject({
    code: 'server-unsuitable',
    message: expect.stringContaining('allow_direct'),
  });
});

test('what the leader has lost is an error, not an absence', async () => {
  const one = await planes.open(nats.urls, 1);
  const done = await one.plane.objects.put(address, someObject(), 'any');
  if (done.kind !== 'committed') throw new Error('not committed');
  await keysOf(one.plane, 'b');
  const manager = await jetstreamManager(one.bus.control.nats);
  await manager.streams.deleteMessage('KV_s3', done.revision);
  await expect(one.plane.objects.get(address)).rejects.toMatchObject({ code: 'metadata-unavailable' });
}, 20_000);

describe('a stream that was lost as a whole', () => {
  const bucket = someBucket('b', { id: 'b' });
  const upload = someUpload({ key: 'k' });

  /** A bucket, objects, an archived version, a marker of a deletion, an upload with a part, and something that was deleted. */
  async function fill({ plane }: TestPlane): Promise<void> {
    await plane.buckets.put(bucket, 'absent');
    await plane.objects.put(address, someObject({ etag: 'plain' }), 'any');
    await plane.objects.put({ bucketId: 'b', key: 'gone' }, someObject(), 'any');
    await plane.objects.remove({ bucketId: 'b', key: 'gone' }, 'r', 'any');
    const versioned = { bucketId: 'b', key: 'a/versioned \u0000 ü' };
    const first = await plane.objects.put(versioned, someObject({ etag: 'first' }), 'absent');
    if (first.kind !== 'committed') throw new Error('not committed');
    const archived = await plane.objects.get(versioned);
    const versionId = composeVersionId(Date.now(), systemRandom.bytes(16), undefined);
    const head = someObject({
      etag: 'second',
      versionId,
    });
    const expected = { revision: first.revision };
    await plane.objects.change(versioned, { head, expected, archived: archived!.record });
    await plane.uploads.create('b', upload);
    await plane.uploads.putPart({ bucketId: 'b', key: 'k', uploadId: upload.id }, somePart({ etag: 'part' }));
  }

  async function expectFilled({ plane }: TestPlane): Promise<void> {
    expect(await keysOf(plane, 'b')).toEqual(['a/versioned \u0000 ü', 'k']);
    expect((await plane.objects.get(address))?.record.etag).toBe('plain');
    expect(await plane.objects.get({ bucketId: 'b', key: 'gone' })).toBeUndefined();
    const versioned = { bucketId: 'b', key: 'a/versioned \u0000 ü' };
    expect((await plane.objects.get(versioned))?.record.etag).toBe('second');
    expect((await plane.versions.get({ ...versioned, version: 'null' }))?.record.etag).toBe('first');
    expect((await plane.buckets.get('b'))?.record).toEqual(bucket);
    const { parts } = await plane.uploads.parts({ bucketId: 'b', key: 'k', uploadId: upload.id }, 0, 10);
    expect(parts.map(({ record }) => record.etag)).toEqual(['part']);
  }

  test('is made anew from a view; the other nodes wait for it and follow it', async () => {
    const [one, two] = [await planes.open(nats.urls, 1), await planes.open(nats.urls, 2)];
    await fill(one);
    for (const plane of [one, two]) await expectFilled(plane);
    for (const plane of [one, two]) await planes.close(plane);
    await removeStream();
    const waiting = planes.open(nats.urls, 2, two.directory);
    const restored = await planes.open(nats.urls, 1, one.directory, { restores: true });
    await expectFilled(restored);
    const followed = await waiting;
    await expectFilled(followed);
    // Everything works again, at once and after another start.
    await restored.plane.objects.put(
      { bucketId: 'b', key: 'later' },
      someObject({ etag: 'later' }),
      'absent',
    );
    await planes.close(followed);
    const again = await planes.open(nats.urls, 2, two.directory);
    expect((await again.plane.objects.get({ bucketId: 'b', key: 'later' }))?.record.etag).toBe('later');
    expect((await again.plane.status()).fenced).toBe(false);
  }, 30_000);

  test('lifts the fence of nodes that saw it being made anew, empty', async () => {
    const one = await planes.open(nats.urls, 1);
    await fill(one);
    await expectFilled(one);
    await remakeStream(one);
    await untilFenced(one);
    await planes.close(one);
    const restored = await planes.open(nats.urls, 1, one.directory, { restores: true });
    await expectFilled(restored);
    expect((await restored.plane.status()).fenced).toBe(false);
  }, 30_000);

  test('is not restored over records of somebody else, nor followed by a view that knows more', async () => {
    const [one, two] = [await planes.open(nats.urls, 1), await planes.open(nats.urls, 2)];
    await fill(one);
    for (const plane of [one, two]) await expectFilled(plane);
    await planes.close(two);
    await one.plane.objects.put({ bucketId: 'b', key: 'more' }, someObject(), 'any');
    await keysOf(one.plane, 'b');
    await planes.close(one);
    await removeStream();
    const stranger = await planes.open(nats.urls, 3);
    await stranger.plane.buckets.put(someBucket('theirs'), 'absent');
    const restoring = { restores: true };
    await expect(planes.open(nats.urls, 2, two.directory, restoring)).rejects.toThrow(
      /holds records already/,
    );
    await planes.close(stranger);
    await removeStream();
    await planes.open(nats.urls, 2, two.directory, restoring);
    await expect(planes.open(nats.urls, 1, one.directory)).rejects.toThrow(/the view of this node goes to/);
  }, 30_000);

  async function removeStream(): Promise<void> {
    const admin = await planes.open(nats.urls, 9);
    await (await jetstreamManager(admin.bus.control.nats)).streams.delete('KV_s3');
    await planes.close(admin);
  }
});
