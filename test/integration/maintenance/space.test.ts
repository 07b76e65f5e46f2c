// A volume that is written over and over takes the space of one, and nothing once it is gone: real engines with small segments, real metadata,
// reclaiming, orphan collection and compaction as a node runs them, with short graces.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BucketRecord } from '../../../src/contracts/records.ts';
import { bodyOf, collect } from '../../../src/core/body.ts';
import { nodeId, type NodeId } from '../../../src/core/ids.ts';
import { Orphans } from '../../../src/maintenance/orphans.ts';
import { startReclaimer, type Reclaimer } from '../../../src/maintenance/reclaimer.ts';
import { CommitTurns } from '../../../src/objects/commit-turns.ts';
import type { ObjectStore } from '../../../src/objects/object-store.ts';
import { StripeBuffers } from '../../../src/objects/stripe-buffers.ts';
import { createObjectStore } from '../../../src/objects/stored-objects.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { createErasureCode } from '../../../src/shards/reed-solomon.ts';
import { createRing } from '../../../src/shards/ring.ts';
import { maintenanceContext, oldWrite } from '../../support/maintenance-bench.ts';
import { MetadataPlanes, someBucket, type TestPlane } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { SeededChance } from '../../support/seeded-chance.ts';
import { ShardNodes } from '../../support/shard-nodes.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const NODES = [1, 2, 3].map(nodeId);
const KIB = 1024;
const CHUNK_BYTES = 256 * KIB;
const CHUNKS = 32;
const VOLUME_BYTES = CHUNKS * CHUNK_BYTES;
const PASSES = 6;
/** As a block device does it. */
const WRITES_AT_ONCE = 8;
const GRACE_MS = 50;
/** RS(2,1) stores one and a half times the volume; a quarter of that may be dead. */
const SETTLED_MAX = 1.875;

const planes = new MetadataPlanes();
const signal = new AbortController().signal;
let nats: TestNats;
let nodes: ShardNodes;
let opened: readonly TestPlane[];
let reclaimers: readonly Reclaimer[];
let objects: ObjectStore;
let bucket: BucketRecord;

beforeAll(async () => {
  nats = await startNats();
  opened = [];
  for (const node of NODES) opened = [...opened, await planes.open(nats.urls, node)];
  const engine = { segmentBytesMax: 1024 * KIB, compaction: { intervalMs: 20, bytesPerS: 1e12 } };
  nodes = await ShardNodes.start({ engine });
  await nodes.addStorage(NODES[2]!, nodes.addTransport());
  const { plane } = opened[0]!;
  bucket = someBucket('volumes');
  await plane.buckets.put(bucket, 'absent');
  const ring = createRing({ epoch: 1, nodes: NODES.map((id) => ({ id, weight: 1 })) });
  objects = createObjectStore({
    self: NODES[0]!,
    coding: { k: 2, m: 1, floor: 2 },
    ring: () => ring,
    turns: new CommitTurns(),
    buffers: new StripeBuffers(),
    erasureCode: createErasureCode,
    shards: nodes.client,
    metadata: plane,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  reclaimers = opened.map((each, at) =>
    startReclaimer({
      self: NODES[at]!,
      metadata: each.plane,
      shards: nodes.client,
      graceMs: GRACE_MS,
      intervalMs: 20,
      clock: systemClock,
      logger: silentLogger,
      metrics: noMetrics,
    }),
  );
}, 60_000);
afterAll(async () => {
  await Promise.all(reclaimers.map((reclaimer) => reclaimer.stop()));
  await nodes.close();
  await planes.closeAll();
  await nats.stop();
});

/** Of segments and sidecars of all nodes. The index is left out: LMDB keeps its pages for the next rows. */
async function storedBytes(): Promise<number> {
  let bytes = 0;
  for (const directory of nodes.directories.values()) {
    for (const name of await readdir(join(directory, 'segments'))) {
      const found = await stat(join(directory, 'segments', name)).catch(() => undefined);
      bytes += found?.size ?? 0;
    }
  }
  return bytes;
}

async function liveBytes(): Promise<number> {
  let bytes = 0;
  for (const store of nodes.stores.values()) bytes += (await store.status()).liveBytes;
  return bytes;
}

/** What background work has to come to; the limit of the test is the bound. */
async function settles(below: number): Promise<void> {
  while ((await storedBytes()) > below) await systemClock.sleep(50);
}

async function write(key: string, body: Buffer): Promise<void> {
  const request = { bucket, key, conditions: {}, headers: {}, meta: {}, requestId: key };
  const outcome = await objects.put(request, bodyOf(body), signal);
  expect(outcome.kind).toBe('stored');
}

async function collectOrphans(): Promise<number> {
  let collected = 0;
  for (const [at, { plane, directory }] of opened.entries()) {
    const self: NodeId = NODES[at]!;
    const store = nodes.stores.get(self)!;
    const context = { ...(await maintenanceContext({ directory, plane, store })), self };
    const orphans = new Orphans(context, { graceMs: GRACE_MS, stopping: signal });
    await orphans.pass();
    await systemClock.sleep(GRACE_MS + 20);
    await orphans.pass();
    collected += orphans.report.collected;
  }
  return collected;
}

test('an overwritten volume settles below 1.875 of its size, and to nothing when it is deleted', async () => {
  const chance = new SeededChance(7);
  const volume = new Map<string, Buffer>();
  for (let pass = 0; pass < PASSES; pass += 1) {
    const order = Array.from({ length: CHUNKS }, (_, chunk) => ({ chunk, at: chance.fraction() }));
    order.sort((a, b) => a.at - b.at);
    for (let from = 0; from < CHUNKS; from += WRITES_AT_ONCE) {
      const batch = order.slice(from, from + WRITES_AT_ONCE).map(({ chunk }) => `chunk-${chunk}`);
      for (const key of batch) volume.set(key, verifiableBytes(CHUNK_BYTES));
      await Promise.all(batch.map((key) => write(key, volume.get(key)!)));
    }
  }
  // A writer that died before its commit: no record names these shards.
  const lost = await nodes.client.put(NODES[1]!, {
    key: { writeId: oldWrite(), index: 0 },
    objectHash: Buffer.alloc(32),
    lengthBytes: CHUNK_BYTES,
  });
  await lost.write(Buffer.alloc(CHUNK_BYTES));
  await lost.commit(Buffer.from('{}'));

  expect(await collectOrphans()).toBe(1);
  await settles(SETTLED_MAX * VOLUME_BYTES);
  for (const [key, body] of volume) {
    const outcome = await objects.get({ bucket, key, conditions: {} });
    if (outcome.kind !== 'found') throw new Error(`${key}: ${outcome.kind}`);
    expect((await collect(outcome.body.bytes, CHUNK_BYTES)).equals(body)).toBe(true);
  }

  for (const key of volume.keys())
    await objects.remove({ bucket, key, conditions: {}, requestId: `remove ${key}` });
  // One active segment of each engine may be kept, half full of dead bytes.
  await settles(3 * 2 * 512 * KIB);
  // Less than that may be reached with the last shards still waiting for their reclaimers.
  while ((await liveBytes()) > 0) await systemClock.sleep(50);
}, 90_000);
