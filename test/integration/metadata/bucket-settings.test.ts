// Settings of buckets over one real nats-server and two nodes.

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';

import { createBucketStore } from '../../../src/buckets/stored-buckets.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { MetadataPlanes } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats();
});
afterEach(() => planes.closeAll());
afterAll(() => nats.stop());

test('changes made at two nodes at the same moment all hold, and each is seen at once where it was made', async () => {
  const nodes = await Promise.all([planes.open(nats.urls, 1), planes.open(nats.urls, 2)]);
  const stores = nodes.map(({ plane }) =>
    createBucketStore({ metadata: plane, clock: systemClock, random: systemRandom }),
  );
  const created = await stores[0]!.create({ name: 'photos', account: '000000000001', region: 'r' });
  if (created.kind !== 'created') throw new Error('not created');
  const names = Array.from({ length: 12 }, (_, at) => `setting-${at}`);
  await Promise.all(
    names.map(async (name, at) => {
      const store = stores[at % 2]!;
      const outcome = await store.revise(created.record, (current) => ({
        ...current,
        settings: { ...current.settings, [name]: { at } },
      }));
      expect(outcome.kind).toBe('revised');
      expect((await store.resolve('photos'))?.settings).toHaveProperty(name, { at });
    }),
  );
  expect(Object.keys((await stores[0]!.head('photos'))?.settings ?? {}).sort()).toEqual(names.sort());
});
