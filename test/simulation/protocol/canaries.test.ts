// The checks can fail: a bug of each class is planted in a layer around the real code, and within a few histories it is caught.

import { expect, test } from '@jest/globals';
import { nodeId } from '../../../src/core/ids.ts';
import { shardKeyText } from '../../../src/core/shard-key.ts';
import type { MetadataStore } from '../../../src/metadata/metadata-store.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import type { ShardClient, ShardUpload } from '../../../src/shards/shard-client.ts';
import { World, type Plant, type WorldOptions } from './world.ts';

const HISTORIES_MAX = 60;

/** What the first history that notices the bug says. `shape.seed`: where one is known to; it is only faster. */
async function caught(plant: Plant, shape: Partial<WorldOptions> = {}): Promise<string> {
  const { seed: first = 1 } = shape;
  for (let seed = first; seed < first + HISTORIES_MAX; seed += 1) {
    const { violations } = await new World({ ...shape, seed, plant }).run();
    if (violations.length > 0) return violations[0]!;
  }
  return 'never caught';
}

const overShards = (change: (client: ShardClient) => Partial<ShardClient>): Plant => ({
  shards: (client) => ({ ...bound(client), ...change(client) }),
});
const overStore = (change: (store: ShardStore, node: number) => Partial<ShardStore>): Plant => ({
  store: (store, _world, node) => ({ ...bound(store), ...change(store, node) }),
});
const overObjects = (
  change: (metadata: MetadataStore, node: number) => Partial<MetadataStore['objects']>,
): Plant => ({
  metadata: (metadata, _world, node) => ({
    ...metadata,
    objects: { ...metadata.objects, ...change(metadata, node) },
  }),
});

/** The methods of an object, which may be those of its class, as its own. */
function bound<T extends object>(target: T): T {
  return new Proxy({} as T, {
    ownKeys: () => Object.getOwnPropertyNames(Object.getPrototypeOf(target) as object),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    get: (_target, name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('metadata is committed before the shards are durable', async () => {
  const early = (upload: ShardUpload): ShardUpload => ({
    write: (chunk) => upload.write(chunk),
    abort: (reason) => upload.abort(reason),
    commit: async (record) => {
      upload.commit(record).catch(() => undefined);
      return { nearFull: false };
    },
  });
  const plant = overShards((client) => ({
    put: async (node, request) => early(await client.put(node, request)),
  }));
  expect(await caught(plant)).toMatch(/^I2: shard/);
});

test('a write id is used twice, and the engine takes it', async () => {
  const plant: Plant = {
    ...overStore((store) => ({
      append: async (request) => {
        const writer = await store.append(request);
        return {
          ...writer,
          commit: async (record) => {
            await store.delete([request.key]);
            return writer.commit(record);
          },
        };
      },
    })),
    context: (context) => ({
      ...context,
      self: nodeId(1),
      clock: { ...context.clock, nowMs: () => 0 },
      random: { ...context.random, bytes: (count) => Buffer.alloc(count) },
    }),
  };
  expect(await caught(plant)).toMatch(/committed twice with different bytes|bytes of nobody/);
});

test('the disk lies about fsync', async () => {
  const plant: Plant = { disk: (disk) => (disk.liesAboutSync = true) };
  expect(await caught(plant)).toMatch(/^I2: shard/);
});

test('replaced blobs are reclaimed without a grace', async () => {
  // A copy that has read the old record names its blobs when they are gone already.
  const plant: Plant = { reclaimGraceMs: 0, reclaimIntervalMs: 10 };
  expect(await caught(plant, { keys: 2, clients: 8, operations: 150, seed: 3 })).toMatch(/^I2: shard/);
});

test('the reclaimer believes a view without a barrier, and forgets who else names a blob', async () => {
  const plant: Plant = {
    metadata: (metadata, world, node) => ({
      ...metadata,
      reclaimable: async () => {
        const view = world.metadata.views.get(node)!;
        return [...view.records.values()]
          .flatMap(({ record }) => record.blobs)
          .slice(0, 1)
          .map((blob) => ({ id: blob.write, blob, queuedMs: 0 }));
      },
    }),
  };
  expect(await caught(plant)).toMatch(/^I2: shard/);
});

test('orphans are collected without a grace', async () => {
  const plant: Plant = {
    everySecond: (world) => {
      const named = new Set([...world.neededShards()].map(({ name }) => name));
      for (const disk of world.disks.values())
        for (const name of disk.shards.keys()) if (!named.has(name)) disk.shards.delete(name);
    },
  };
  expect(await caught(plant)).toMatch(/^I2: shard/);
});

test('a live shard is repaired with the bytes of another write', async () => {
  const plant: Plant = {
    everySecond: (world) => {
      const [one, other] = [...world.neededShards()].filter(({ record, blob }) => blob.size === record.size);
      if (one === undefined || other === undefined) return;
      const held = world.disks.get(one.node)!.shards.get(one.name);
      const wrong = world.disks.get(other.node)!.shards.get(other.name);
      if (held === undefined || wrong === undefined) return;
      world.disks.get(one.node)!.put({ ...held, bytes: Buffer.from(wrong.bytes) });
    },
  };
  expect(await caught(plant)).toMatch(/committed twice with different bytes|bytes of nobody/);
});

test('a reader is given a shard of an older generation', async () => {
  const generations = new Map<string, string>();
  const plant: Plant = overStore((store, node) => ({
    read: async (key, range) => {
      const stat = await store.stat(key);
      if (stat === undefined) return store.read(key, range);
      const object = `${node}/${Buffer.from(stat.objectHash).toString('hex')}/${key.index}/${stat.lengthBytes}`;
      const older = generations.get(object);
      generations.set(object, key.writeId);
      const stale =
        older === undefined
          ? undefined
          : await store.read({ ...key, writeId: older as typeof key.writeId }, range);
      return stale ?? store.read(key, range);
    },
  }));
  expect(await caught(plant, { seed: 17 })).toMatch(/bytes of nobody/);
});

test('metadata is read from a view that lags', async () => {
  const plant: Plant = {
    metadata: (metadata, world, node) => ({
      ...metadata,
      objects: {
        ...metadata.objects,
        get: async ({ bucketId, key }) => {
          return world.metadata.views.get(node)!.records.get(`${bucketId}/${key}`);
        },
      },
    }),
  };
  expect(await caught(plant)).toMatch(/no order explains it/);
});

test('a conditional write forgets its condition at the commit', async () => {
  const plant = overObjects((metadata) => ({
    put: (address, record) => metadata.objects.put(address, record, 'any'),
  }));
  expect(await caught(plant, { keys: 1, clients: 8, operations: 150 })).toMatch(/no order explains it/);
});

test('a write is acknowledged with fewer shards than K', async () => {
  expect(await caught({ floor: 1 }, { seed: 28 })).toMatch(/^I2: .* was committed with 1 shards/);
});

test('a failed commit of metadata is answered as success', async () => {
  const plant = overObjects((metadata) => ({
    put: async (address, record, expected) => {
      try {
        return await metadata.objects.put(address, record, expected);
      } catch {
        return { kind: 'committed', revision: 1 };
      }
    },
  }));
  expect(await caught(plant, { seed: 17 })).toMatch(/no order explains it/);
});

test('a commit whose answer is lost is taken for one that never was, and its shards are dropped', async () => {
  const plant: Plant = {
    context: (context) => ({
      ...context,
      metadata: {
        ...context.metadata,
        objects: {
          ...context.metadata.objects,
          put: async (address, record, expected) => {
            try {
              return await context.metadata.objects.put(address, record, expected);
            } catch {
              return { kind: 'conflict' };
            }
          },
        },
      },
    }),
  };
  // Tried again it may also come late, over what others wrote since.
  expect(await caught(plant, { seed: 17 })).toMatch(/^I2: shard|no order explains it/);
});

test('a node that waits for ever is noticed', async () => {
  const plant = overShards((client) => ({
    get: (node, key, range) =>
      node === nodeId(2) ? new Promise(() => undefined) : client.get(node, key, range),
  }));
  expect(await caught(plant)).toMatch(/^I7/);
});

test('names of shards are what the checks think they are', () => {
  expect(shardKeyText({ writeId: '00'.repeat(16) as never, index: 3 })).toContain('00'.repeat(16));
});
