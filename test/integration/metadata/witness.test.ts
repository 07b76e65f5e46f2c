// The cluster remembers how far the counters of a data directory went, and a directory that knows less is refused.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PredastoreError } from '../../../src/core/errors.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { startStore } from '../../../src/host/start-storage.ts';
import type { WitnessTable } from '../../../src/metadata/metadata-store.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { MetadataPlanes } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { MASTER_KEY, inTemporaryDirectory, keyOf, store } from '../../support/segment-stores.ts';

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});

test('a witness is one record for each store, compared and set', async () => {
  const { plane } = await planes.open(nats.urls, 1);
  const storeId = 'ab'.repeat(16);
  const record = {
    v: 1,
    storeId,
    node: nodeId(1),
    sequence: 7,
    fragmentHighWater: 1000,
    process: 'p',
  } as const;
  expect(await plane.witnesses.get(storeId)).toBeUndefined();
  const first = await plane.witnesses.put(record, undefined);
  expect(first).toMatchObject({ kind: 'committed' });
  expect(await plane.witnesses.put(record, undefined)).toEqual({ kind: 'conflict' });
  const known = (await plane.witnesses.get(storeId))!;
  expect(known.record).toEqual(record);
  const second = await plane.witnesses.put({ ...record, sequence: 8 }, known.revision);
  expect(second).toMatchObject({ kind: 'committed' });
  expect(await plane.witnesses.put({ ...record, sequence: 9 }, known.revision)).toEqual({ kind: 'conflict' });
  // No record of the view: listings and members do not see it.
  expect(plane.members.list()).toEqual([]);
});

test('the store of a node does not start from an older copy of its directory', async () => {
  const { plane } = await planes.open(nats.urls, 2);
  await inTemporaryDirectory(async (parent) => {
    const start = (directory: string) => startOn(directory, plane.witnesses);
    const directory = join(parent, 'segments');
    await (await start(directory)).close();
    await cp(directory, join(parent, 'copy'), { recursive: true });
    const shards = await start(directory);
    await store(shards, keyOf(1), 100);
    await shards.close();
    await expect(start(join(parent, 'copy'))).rejects.toMatchObject({ code: 'store-rewound' });
    await (await start(directory)).close();
  });
});

test('a start waits for the witness, and recognises what it told it without an answer', async () => {
  const { plane } = await planes.open(nats.urls, 3);
  const gaveUp = (): PredastoreError => new PredastoreError('metadata-unavailable', 'no leader yet');
  let [reads, writes] = [0, 0];
  const witnesses: WitnessTable = {
    get: async (storeId) => {
      reads += 1;
      if (reads === 1) throw gaveUp();
      return plane.witnesses.get(storeId);
    },
    put: async (record, revision) => {
      writes += 1;
      const outcome = await plane.witnesses.put(record, revision);
      if (writes === 1) throw gaveUp();
      return outcome;
    },
  };
  await inTemporaryDirectory(async (parent) => {
    const shards = await startOn(join(parent, 'segments'), witnesses);
    await store(shards, keyOf(1), 100);
    await shards.close();
  });
  expect(reads).toBeGreaterThan(1);
  expect(writes).toBeGreaterThan(1);
});

function startOn(directory: string, witnesses: WitnessTable): Promise<ShardStore> {
  const runtime = { clock: systemClock, random: systemRandom, log: silentLogger, metrics: noMetrics };
  const config = {
    watermark: { nearFullFraction: 0, fullFraction: 0 },
    compaction: { intervalMs: 0, bytesPerS: 1 },
    segments: { sealWorkers: 0 },
  };
  // The rest of a configuration is not looked at.
  const plan = { config: config as never, directory, self: nodeId(2), witnesses };
  return startStore({ ...plan, keys: { masterKey: MASTER_KEY, previousMasterKey: undefined } }, runtime);
}
