// The checks can fail: a bug of each class is planted in a layer around the real code, and within a few histories it is caught.

import { expect, test } from '@jest/globals';
import { once } from '../../../src/core/body.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { shardKeyText } from '../../../src/core/shard-key.ts';
import type { MetadataStore } from '../../../src/metadata/metadata-store.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import type { ShardClient, ShardUpload } from '../../../src/shards/shard-client.ts';
import { EARLY_COLLECTION, FROZEN } from './frozen.ts';
import { firstRing } from './sim-ring.ts';
import type { SimDisk } from './sim-store.ts';
import type { Plant, WorldOptions } from './world-options.ts';
import { World } from './world.ts';

const HISTORIES_MAX = 60;
/** For bugs that show while clients are at work. */
const BEFORE_THE_END = { endsEarly: true } as const;
const WITHOUT_QUORUM = { misfortunes: ['no-quorum'], operations: 120, keys: 2, ...BEFORE_THE_END } as const;

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

test('a seed that fails, fails again: at the same step, with the same words', async () => {
  const plant: Plant = { disk: (disk) => (disk.liesAboutSync = true) };
  let seed = 1;
  let first = await new World({ seed, plant }).run();
  while (first.violations.length === 0) first = await new World({ seed: (seed += 1), plant }).run();
  expect(await new World({ seed, plant }).run()).toEqual(first);
});

test('the disk lies about fsync', async () => {
  const plant: Plant = { disk: (disk) => (disk.liesAboutSync = true) };
  expect(await caught(plant)).toMatch(/^I2: shard/);
});

test('replaced blobs are reclaimed without a grace', async () => {
  // A copy that has read the old record names its blobs when they are gone already.
  const plant: Plant = { reclaimGraceMs: 0, reclaimIntervalMs: 10 };
  const shape = { keys: 2, clients: 8, operations: 150, misfortunes: ['slow'], ...BEFORE_THE_END } as const;
  expect(await caught(plant, shape)).toMatch(/^I2: shard/);
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
      const named = new Set([...world.inventory.needed()].map(({ name }) => name));
      for (const disk of world.disks.values())
        for (const name of disk.shards.keys()) if (!named.has(name)) disk.shards.delete(name);
    },
  };
  expect(await caught(plant)).toMatch(/^I2: shard/);
});

test('a live shard is repaired with the bytes of another write', async () => {
  const plant: Plant = {
    everySecond: (world) => {
      const [one, other] = [...world.inventory.needed()].filter(
        ({ record, blob }) => blob.size === record.size,
      );
      if (one === undefined || other === undefined) return;
      const held = world.disks.get(one.node)!.shards.get(one.name);
      const wrong = world.disks.get(other.node)!.shards.get(other.name);
      if (held === undefined || wrong === undefined) return;
      (world.disks.get(one.node) as SimDisk).put({ ...held, bytes: Buffer.from(wrong.bytes) });
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
  expect(await caught(plant, { misfortunes: [], ...BEFORE_THE_END })).toMatch(/bytes of nobody/);
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
  const shape = { misfortunes: ['no-quorum'], operations: 120, keys: 2, ...BEFORE_THE_END } as const;
  expect(await caught(plant, shape)).toMatch(/no order explains it/);
});

test('a conditional write forgets its condition at the commit', async () => {
  const plant = overObjects((metadata) => ({
    put: (address, record) => metadata.objects.put(address, record, 'any'),
  }));
  const shape = { keys: 1, clients: 8, operations: 150, misfortunes: ['slow'], ...BEFORE_THE_END } as const;
  expect(await caught(plant, shape)).toMatch(/no order explains it/);
});

test('a write is acknowledged with fewer shards than K', async () => {
  const shape = { misfortunes: ['crash', 'partition'], operations: 150, ...BEFORE_THE_END } as const;
  expect(await caught({ floor: 1 }, shape)).toMatch(/^I2: .* was committed with 1 shards/);
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
  expect(await caught(plant, WITHOUT_QUORUM)).toMatch(/no order explains it/);
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
  expect(await caught(plant, WITHOUT_QUORUM)).toMatch(/^I2: shard|no order explains it/);
});

test('a node that waits for ever is noticed', async () => {
  const plant = overShards((client) => ({
    get: (node, key, range) =>
      node === nodeId(2) ? new Promise(() => undefined) : client.get(node, key, range),
  }));
  expect(await caught(plant, { misfortunes: ['slow'] })).toMatch(/^I7/);
});

test('nobody repairs', async () => {
  const maintenance: Plant['maintenance'] = (plan) => ({
    ...plan,
    repair: { ...plan.repair, enabled: false },
  });
  const misfortunes = ['crash', 'new-disk'] as const;
  expect(await caught({ maintenance }, { misfortunes })).toMatch(/^I3: .*(was not repaired|misses a shard)/);
});

test('nobody scrubs', async () => {
  const maintenance: Plant['maintenance'] = (plan) => ({ ...plan, scrub: { ...plan.scrub, enabled: false } });
  expect(await caught({ maintenance }, { misfortunes: ['rot'] })).toMatch(/^I3: .* was not repaired/);
});

test('nobody collects orphans', async () => {
  const maintenance: Plant['maintenance'] = (plan) => ({
    ...plan,
    orphans: { ...plan.orphans, enabled: false },
  });
  expect(await caught({ maintenance }, { misfortunes: ['crash'] })).toMatch(/^I3: .* is nobody's and stays/);
});

test('the collector of orphans knows no grace', async () => {
  const maintenance: Plant['maintenance'] = (plan) => ({
    ...plan,
    orphans: { enabled: true, graceMs: 0, intervalMs: 1 },
  });
  const shape = { misfortunes: ['slow'], clients: 8, operations: 150, ...BEFORE_THE_END } as const;
  expect(await caught({ maintenance }, shape)).toMatch(/^I2: shard/);
});

test('a rebuilt shard has other bytes', async () => {
  const repair: Plant['repair'] = (context) => ({
    ...context,
    erasureCode: (k, m) => {
      const code = context.erasureCode(k, m);
      const encode: typeof code.encode = (cells, bytes, into) =>
        code.encode([...cells].reverse(), bytes, into);
      return { ...bound(code), encode };
    },
  });
  const misfortunes = ['crash', 'rot', 'new-disk'] as const;
  expect(await caught({ repair }, { misfortunes })).toMatch(
    /committed twice with different bytes|bytes of nobody/,
  );
});

test('a record stops calling a shard missing before it is there', async () => {
  const everySecond: Plant['everySecond'] = ({ metadata: { truth } }) => {
    for (const [name, { record, revision }] of truth) {
      const blobs = record.blobs.map(({ missing: _missing, ...blob }) => blob);
      truth.set(name, { record: { ...record, blobs }, revision });
    }
  };
  expect(await caught({ everySecond }, { misfortunes: ['crash', 'partition'] })).toMatch(/^I2: shard/);
});

test('a node that drains lets its shards go before others have them', async () => {
  const everySecond: Plant['everySecond'] = ({ metadata: { ring }, disks }) => {
    for (const { id, state } of ring.nodes) if (state !== 'active') disks.get(id)!.shards.clear();
  };
  expect(await caught({ everySecond }, { misfortunes: ['ring-change'] })).toMatch(/^I2: shard/);
});

test('a ring that some nodes do not hear of leaves shards behind', async () => {
  const plant: Plant = {
    everySecond: ({ metadata: { views } }) => {
      for (const view of views.values())
        view.ring = { ...view.ring, epoch: 1, nodes: firstRing([1, 2, 3, 4, 5]).nodes };
    },
  };
  expect(await caught(plant, { misfortunes: ['ring-change'] })).toMatch(/^I3: .* on a node that drains/);
});

test('rot is handed out as data', async () => {
  const plant: Plant = {
    store: (store, world, node) => ({
      ...bound(store),
      read: async (key, range) => {
        const held = world.disks.get(node)!.shards.get(shardKeyText(key));
        if (held?.rotten !== true) return store.read(key, range);
        const bytes = Buffer.from(held.bytes.subarray(range?.start, range?.end));
        bytes[0]! ^= 1;
        return { stat: held.stat, close: () => undefined, bytes: () => once(bytes) };
      },
    }),
  };
  const shape = { misfortunes: ['rot'], operations: 150, ...BEFORE_THE_END } as const;
  expect(await caught(plant, shape)).toMatch(/bytes of nobody|different bytes/);
});

test('the real engine on a disk that lies about fsync', async () => {
  const engine: Plant['engine'] = (disk) => (disk.liesAboutSync = true);
  const shape = { engine: 'real', misfortunes: ['crash'], ...BEFORE_THE_END } as const;
  expect(await caught({ engine }, shape)).toMatch(/after a restart/);
});

test('a late commit takes the silence of a node for the loss of its shards', async () => {
  const plant = overShards((client) => ({
    stat: (node, keys) => client.stat(node, keys).catch(() => keys.map(() => false)),
  }));
  const shape = {
    misfortunes: ['late-commits'],
    operations: 150,
    clients: 8,
    keys: 2,
    seed: 130, // one history in a hundred notices
    ...BEFORE_THE_END,
  } as const;
  // What it replaced comes back for no reason: over what was read, or when its own shards are reclaimed already.
  expect(await caught(plant, shape)).toMatch(/no order explains it|^I2: shard/);
});

test('shards are collected without condemning their write', async () => {
  const plant: Plant = {
    ...EARLY_COLLECTION,
    metadata: (metadata) => ({ ...metadata, blobs: { ...metadata.blobs, condemn: async () => undefined } }),
  };
  expect(await caught(plant, { ...FROZEN, ...BEFORE_THE_END })).toMatch(/^I2: shard/);
});

test('a late commit that is taken back takes what it replaced with it', async () => {
  const plant: Plant = {
    ...EARLY_COLLECTION,
    ...overObjects((metadata) => ({
      undo: (address, _taken, revision) => metadata.objects.remove(address, 'undo', { revision }),
    })),
  };
  expect(await caught(plant, FROZEN)).toMatch(/no order explains it/);
});

test('a late copy does not look at what it names', async () => {
  const plant: Plant = {
    ...EARLY_COLLECTION,
    ...overShards(() => ({ stat: async (_node, keys) => keys.map(() => true) })),
  };
  expect(await caught(plant, FROZEN)).toMatch(/^I[23]: /);
});

test('a view that is behind is said to be current', async () => {
  const plant: Plant = {
    metadata: (metadata) => ({
      ...metadata,
      objects: { ...metadata.objects, confirmed: async (address) => metadata.objects.glimpse(address) },
    }),
  };
  const shape = { operations: 150, keys: 2, ...BEFORE_THE_END } as const;
  expect(await caught(plant, shape)).toMatch(/no order explains it/);
});

test('names of shards are what the checks think they are', () => {
  expect(shardKeyText({ writeId: '00'.repeat(16) as never, index: 3 })).toContain('00'.repeat(16));
});
