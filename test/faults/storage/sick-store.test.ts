import { afterEach, describe, expect, test } from '@jest/globals';
import { PredastoreError } from '../../../src/core/errors.ts';
import { STORAGE_DRAIN_MS } from '../../../src/core/limits.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { hashOf, keyOf } from '../../support/segment-stores.ts';
import { getShard, putShard, REMOTE, SELF, ShardNodes } from '../../support/shard-nodes.ts';

let nodes: ShardNodes | undefined;
afterEach(async () => {
  await nodes?.close();
  nodes = undefined;
});

/** The engine with some of its methods replaced. */
function sick(overrides: (store: ShardStore) => Partial<ShardStore>): (store: ShardStore) => ShardStore {
  return (store) => {
    const changed = overrides(store);
    return {
      append: (request) => store.append(request),
      read: (key, range) => store.read(key, range),
      stat: (key) => store.stat(key),
      record: (key) => store.record(key),
      verify: (key) => store.verify(key),
      keys: (after, limit) => store.keys(after, limit),
      delete: (keys) => store.delete(keys),
      list: (after, limit) => store.list(after, limit),
      status: () => store.status(),
      compact: () => store.compact(),
      rotateMasterKey: (masterKey) => store.rotateMasterKey(masterKey),
      close: () => store.close(),
      ...changed,
    };
  };
}

/** Reads break off after their first chunk. */
const rotten = sick((store) => ({
  read: async (key, range) => {
    const reader = await store.read(key, range);
    if (reader === undefined) return undefined;
    return {
      stat: reader.stat,
      close: () => reader.close(),
      bytes: async function* () {
        for await (const chunk of reader.bytes()) {
          yield chunk;
          throw new PredastoreError('shard-corrupt', 'fragment 32 does not authenticate');
        }
      },
    };
  },
}));

describe.each([
  ['a remote node', REMOTE],
  ['this process', SELF],
])('an error of the engine of %s keeps its name', (_where, place) => {
  test.each(['store-full', 'store-failed', 'store-closed'] as const)('%s on append', async (code) => {
    nodes = await ShardNodes.start({
      wrapStore: sick(() => ({ append: () => Promise.reject(new PredastoreError(code, 'as told')) })),
    });
    for (const lengthBytes of [100, 3_000_000]) {
      await expect(putShard(nodes.client, place, keyOf(1), lengthBytes)).rejects.toMatchObject({ code });
    }
    expect(nodes.client.condition(place)).toBe('up');
  });

  test.each([100, 1_000_000])('corruption found while %i bytes are read', async (lengthBytes) => {
    nodes = await ShardNodes.start({ wrapStore: rotten });
    await putShard(nodes.client, place, keyOf(1), lengthBytes);
    const reading = getShard(nodes.client, place, keyOf(1), { start: 0, end: lengthBytes });
    await expect(reading).rejects.toMatchObject({ code: 'shard-corrupt' });
  });

  test('a bug is `internal`, and the node lives on', async () => {
    nodes = await ShardNodes.start({
      wrapStore: sick(() => ({ stat: () => Promise.reject(new TypeError('oops')) })),
    });
    const asking = nodes.client.stat(place, [keyOf(1)]);
    await expect(asking).rejects.toThrow('oops');
    await putShard(nodes.client, place, keyOf(1), 10);
  });
});

describe('a storage node at its limits', () => {
  test('refuses uploads beyond places and line as overloaded; reads go on', async () => {
    nodes = await ShardNodes.start({ uploadsMax: 1 });
    const { client } = nodes;
    await putShard(client, REMOTE, keyOf(9), 10);
    const held = await client.put(REMOTE, {
      key: keyOf(1),
      objectHash: hashOf(keyOf(1)),
      lengthBytes: 100_000,
    });
    await held.write(Buffer.alloc(50_000));
    const line = await client.put(REMOTE, {
      key: keyOf(2),
      objectHash: hashOf(keyOf(2)),
      lengthBytes: 100_000,
    });
    await line.write(Buffer.alloc(50_000));
    await expect(putShard(client, REMOTE, keyOf(3), 100)).rejects.toMatchObject({ code: 'overloaded' });
    expect(await getShard(client, REMOTE, keyOf(9), { start: 0, end: 10 })).toHaveLength(10);
    held.abort(new Error('gone'));
    await line.write(Buffer.alloc(50_000));
    await line.commit(Buffer.from('{}'));
    await putShard(client, REMOTE, keyOf(3), 100);
  });

  test('gives every place back, however its operations end', async () => {
    nodes = await ShardNodes.start({ uploadsMax: 1, readsMax: 1 });
    const { client } = nodes;
    for (const place of [REMOTE, SELF]) {
      for (let turn = 0; turn < 5; turn += 1) {
        const key = keyOf(turn);
        const upload = await client.put(place, { key, objectHash: hashOf(key), lengthBytes: 200_000 });
        await upload.write(Buffer.alloc(100_000));
        upload.abort(new Error('gone'));
        await putShard(client, place, key, 600_000);
        const outcome = await client.get(place, key, { start: 0, end: 600_000 });
        if (outcome.kind === 'absent') throw new Error('absent');
        if (turn % 2 === 0) for await (const _chunk of outcome.download.bytes) break;
        outcome.download.cancel();
        await getShard(client, place, keyOf(77), { start: 0, end: 1 });
        await expect(getShard(client, place, key, { start: 0, end: 600_001 })).rejects.toThrow();
        expect(await client.stat(place, [key])).toEqual([true]);
      }
    }
  });
});

describe('a storage node that shuts down', () => {
  test('lets running operations end and refuses new ones', async () => {
    nodes = await ShardNodes.start();
    const { client } = nodes;
    const upload = await client.put(REMOTE, {
      key: keyOf(1),
      objectHash: hashOf(keyOf(1)),
      lengthBytes: 100_000,
    });
    await upload.write(Buffer.alloc(50_000));
    await new Promise((resolve) => setImmediate(resolve));
    const closing = nodes.servers.get(REMOTE)!.close();
    await expect(client.stat(REMOTE, [keyOf(1)])).rejects.toMatchObject({ code: 'store-closed' });
    await upload.write(Buffer.alloc(50_000));
    await upload.commit(Buffer.from('{}'));
    await closing;
    expect(await nodes.remoteStore.stat(keyOf(1))).toBeDefined();
  });

  test('does not wait for ever for a peer that hangs', async () => {
    const serverClock = new ManualClock();
    nodes = await ShardNodes.start({ serverClock });
    const upload = await nodes.client.put(REMOTE, {
      key: keyOf(1),
      objectHash: hashOf(keyOf(1)),
      lengthBytes: 100_000,
    });
    await upload.write(Buffer.alloc(50_000));
    await serverClock.advance(0);
    const closing = nodes.servers.get(REMOTE)!.close();
    await serverClock.advance(STORAGE_DRAIN_MS);
    await closing;
    await expect(upload.write(Buffer.alloc(50_000))).rejects.toMatchObject({ code: 'store-closed' });
    expect(await nodes.remoteStore.stat(keyOf(1))).toBeUndefined();
  });
});
