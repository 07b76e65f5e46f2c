// A stream that lost its records must not decide anything.

import { setTimeout as sleep } from 'node:timers/promises';

import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  keysOf,
  MetadataPlanes,
  someBlob,
  someObject,
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
