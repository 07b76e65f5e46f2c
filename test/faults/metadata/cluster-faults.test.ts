// The metadata plane over three real nats-servers while they are killed and frozen.

import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { isPredastoreError } from '../../../src/core/errors.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { keysOf, MetadataPlanes, someObject } from '../../support/metadata-planes.ts';
import { startNats, type TestNats, type TestNatsServer } from '../../support/nats-server.ts';

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats({ servers: 3 });
}, 60_000);
afterEach(() => planes.closeAll());
afterAll(() => nats.stop());

async function leaderOf(plane: MetadataPlane): Promise<TestNatsServer> {
  const { leader } = await plane.status();
  const server = nats.servers.find(({ name }) => name === leader);
  if (server === undefined) throw new Error(`no leader: ${leader}`);
  return server;
}

/** URLs with one that is not `avoided` first, so that the client does not sit on the server under test. */
function urlsAwayFrom(avoided: TestNatsServer): string[] {
  return nats.servers.filter((server) => server !== avoided).map(({ url }) => url);
}

interface WriteLog {
  /** Key to the revisions that were acknowledged. */
  readonly acknowledged: Map<string, number>;
  readonly unknown: Set<string>;
}

/** Creates keys one after another until told to stop; a creation that reports a conflict would be a lie. */
async function writeUntil(
  plane: MetadataPlane,
  bucketId: string,
  name: string,
  done: () => boolean,
): Promise<WriteLog> {
  const acknowledged = new Map<string, number>();
  const unknown = new Set<string>();
  for (let at = 0; !done(); at += 1) {
    const key = `${name}/${String(at).padStart(5, '0')}`;
    try {
      const outcome = await plane.objects.put({ bucketId, key }, someObject(), 'absent');
      if (outcome.kind !== 'committed') throw new Error(`${key}: conflict, but nobody else writes it`);
      acknowledged.set(key, outcome.revision);
    } catch (error) {
      if (!isPredastoreError(error) || error.code !== 'metadata-unavailable') throw error;
      unknown.add(key);
    }
  }
  return { acknowledged, unknown };
}

async function listAll(plane: MetadataPlane, bucketId: string): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  for (let after = ''; ;) {
    const page = await plane.objects.list({ bucketId, prefix: '', delimiter: '', after, limit: 1000 });
    for (const entry of page.entries)
      if (entry.kind === 'object') all.set(entry.object.key, entry.object.revision);
    if (!page.truncated) return all;
    after = [...all.keys()].at(-1)!;
  }
}

/** Runs eight writers on two nodes while `fault` happens, and then looks for every acknowledged write everywhere. */
async function underFault(bucketId: string, fault: (leader: TestNatsServer) => Promise<void>): Promise<void> {
  const probe = await planes.open(nats.urls, 9);
  const leader = await leaderOf(probe.plane);
  const one = (await planes.open(urlsAwayFrom(leader), 1)).plane;
  const two = (await planes.open(urlsAwayFrom(leader), 2)).plane;
  let done = false;
  const writers = Array.from({ length: 8 }, (_, at) =>
    writeUntil(at % 2 === 0 ? one : two, bucketId, `w${at}`, () => done),
  );
  await sleep(300);
  await fault(leader);
  done = true;
  const logs = await Promise.all(writers);
  const acknowledged = new Map(logs.flatMap((log) => [...log.acknowledged]));
  const unknown = new Set(logs.flatMap((log) => [...log.unknown]));
  expect(acknowledged.size).toBeGreaterThan(50);
  for (const plane of [one, two, probe.plane]) {
    const listed = await listAll(plane, bucketId);
    for (const [key, revision] of acknowledged) expect([key, listed.get(key)]).toEqual([key, revision]);
    for (const key of listed.keys()) expect(acknowledged.has(key) || unknown.has(key)).toBe(true);
  }
  for (const [key, revision] of [...acknowledged].slice(-50)) {
    expect((await two.objects.get({ bucketId, key }))?.revision).toBe(revision);
  }
}

describe('no acknowledged write is lost, doubled or denied, and every listing shows all of them', () => {
  test('when the leader of the stream is killed', async () => {
    await underFault('kill', async (leader) => {
      await leader.kill('SIGKILL');
      await sleep(7_000);
      leader.start();
      await nats.waitReady();
    });
  }, 90_000);

  test('when the leader freezes and comes back', async () => {
    await underFault('freeze', async (leader) => {
      leader.pause();
      await sleep(9_000);
      leader.resume();
      await sleep(1_000);
    });
  }, 90_000);
});

test('without a quorum nothing is absent, nothing is acknowledged, and it ends in time', async () => {
  const { plane } = await planes.open([nats.server.url], 1, undefined, { servers: 3 });
  const address = { bucketId: 'quorum', key: 'k' };
  await plane.objects.put(address, someObject(), 'any');
  expect(await keysOf(plane, 'quorum')).toEqual(['k']);
  const others = nats.servers.slice(1);
  for (const server of others) server.pause();
  try {
    // The old leader may serve reads for some seconds; it may never say that something is absent which is there.
    const began = performance.now();
    const outcomes = await Promise.allSettled([
      plane.objects.put(address, someObject(), 'any'),
      plane.objects.put({ bucketId: 'quorum', key: 'new' }, someObject(), 'absent'),
      plane.objects.list({ bucketId: 'quorum', prefix: '', delimiter: '', after: '', limit: 10 }),
      plane.objects.get(address),
    ]);
    expect(performance.now() - began).toBeLessThan(20_000);
    for (const outcome of outcomes.slice(0, 3)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'metadata-unavailable' } });
    }
    const read = outcomes[3];
    if (read.status === 'fulfilled') expect(read.value).toBeDefined();
  } finally {
    for (const server of others) server.resume();
  }
}, 60_000);
