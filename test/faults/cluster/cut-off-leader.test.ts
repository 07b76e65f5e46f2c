// The leader of the metadata stream is cut off together with its node. For some seconds NATS lets it believe that it leads: what it
// says then is old, and the node must not pass it on.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ClusterWatcher } from '../../../src/bin/commands/cluster-state.ts';
import { FaultCluster } from '../../support/faults/fault-cluster.ts';
import { SeededChance } from '../../support/seeded-chance.ts';

const HEADS = 12;
const HEAD_INTERVAL_MS = 400;
let cluster: FaultCluster;

beforeAll(async () => {
  const shape = { nodes: 3, dataShards: 2, parityShards: 1, transport: 'quic' } as const;
  cluster = await FaultCluster.start({ ...shape, chance: new SeededChance('leader') });
}, 180_000);
afterAll(() => cluster.close(), 60_000);

async function leader(): Promise<number> {
  const watcher = new ClusterWatcher(cluster.cluster);
  try {
    for (;;) {
      const name = (await watcher.look()).find((node) => node.leader !== '')?.leader ?? '';
      const [, digits] = /-(\d+)$/.exec(name) ?? [];
      if (digits !== undefined) return Number(digits);
    }
  } finally {
    await watcher.close();
  }
}

test('an object that was deleted elsewhere is not found through a leader that was cut off', async () => {
  const cutOff = await leader();
  const other = cluster.nodes.find((node) => node !== cutOff)!;
  const [theirs, ours] = [cluster.wire(cutOff, 30_000), cluster.wire(other, 30_000)];
  await ours.send({ method: 'PUT', path: '/bucket' });
  const path = '/bucket/object';
  expect((await ours.send({ method: 'PUT', path, body: Buffer.from('small') })).status).toBe(200);
  expect((await theirs.send({ method: 'HEAD', path })).status).toBe(200);
  cluster.links.isolate(cutOff, 'refused');
  // The others elect a leader of their own; until then nobody can say anything.
  while ((await ours.send({ method: 'DELETE', path })).status !== 204);
  const heads: Promise<number>[] = [];
  for (let n = 0; n < HEADS; n += 1) {
    heads.push(theirs.send({ method: 'HEAD', path }).then(({ status }) => status));
    await new Promise((resolve) => setTimeout(resolve, HEAD_INTERVAL_MS));
  }
  cluster.links.heal();
  const statuses = await Promise.all(heads);
  expect(statuses.filter((status) => status !== 503 && status !== 404)).toEqual([]);
  while ((await theirs.send({ method: 'HEAD', path })).status === 503);
  expect((await theirs.send({ method: 'HEAD', path })).status).toBe(404);
}, 180_000);
