import { afterEach, describe, expect, test } from '@jest/globals';
import { SHARD_KEYS_PER_REQUEST_MAX } from '../../../src/core/limits.ts';
import { bytesOf, hashOf, keyOf, recordOf } from '../../support/segment-stores.ts';
import { getShard, putShard, REMOTE, SELF, ShardNodes } from '../../support/shard-nodes.ts';
import { TRANSPORT_KINDS } from '../../support/transport-pair.ts';

let nodes: ShardNodes | undefined;
afterEach(async () => {
  await nodes?.close();
  nodes = undefined;
});

/** Compares natively: jest takes seconds for megabytes. */
function expectSame(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual).toHaveLength(expected.length);
  expect(Buffer.compare(actual!, expected)).toBe(0);
}

const places = [...TRANSPORT_KINDS.map((kind) => [kind, REMOTE] as const), ['local', SELF] as const];

describe.each(places)('over %s', (kind, node) => {
  const start = async (): Promise<ShardNodes> => {
    nodes = await ShardNodes.start(kind === 'local' ? {} : { kind });
    return nodes;
  };

  test.each([1, 4096, 65_536, 65_537, 3_000_000])(
    'a shard of %i bytes comes back as it was',
    async (length) => {
      const { client, stores } = await start();
      const key = keyOf(1, 2);
      expect(await putShard(client, node, key, length)).toEqual({ nearFull: false });
      const bytes = await getShard(client, node, key, { start: 0, end: length });
      expectSame(bytes, bytesOf(key, length));
      const stat = await stores.get(node)!.stat(key);
      expect(Buffer.from(stat!.objectHash)).toEqual(hashOf(key));
      expect(Buffer.from((await stores.get(node)!.record(key))!)).toEqual(recordOf(key));
    },
  );

  test('ranges are exact, also empty ones', async () => {
    const { client } = await start();
    const key = keyOf(1);
    await putShard(client, node, key, 500_000);
    const whole = bytesOf(key, 500_000);
    for (const [from, to] of [
      [0, 1],
      [8191, 8193],
      [100_000, 400_001],
      [499_999, 500_000],
      [7, 7],
      [500_000, 500_000],
    ] as const) {
      const bytes = await getShard(client, node, key, { start: from, end: to });
      expectSame(bytes, whole.subarray(from, to));
    }
  });

  test('the length of the whole shard is told', async () => {
    const { client } = await start();
    await putShard(client, node, keyOf(1), 10_000);
    const outcome = await client.get(node, keyOf(1), { start: 5, end: 6 });
    if (outcome.kind === 'absent') throw new Error('absent');
    expect(outcome.download.lengthBytes).toBe(10_000);
    outcome.download.cancel();
  });

  test('a range beyond the shard is corruption, an unknown shard is absent', async () => {
    const { client } = await start();
    await putShard(client, node, keyOf(1), 100);
    await expect(getShard(client, node, keyOf(1), { start: 0, end: 101 })).rejects.toMatchObject({
      code: 'shard-corrupt',
    });
    expect(await getShard(client, node, keyOf(2), { start: 0, end: 1 })).toBeUndefined();
  });

  test('stat and remove take long lists', async () => {
    const { client } = await start();
    const keys = Array.from({ length: SHARD_KEYS_PER_REQUEST_MAX + 10 }, (_key, i) => keyOf(i));
    await putShard(client, node, keys[3]!, 10);
    await putShard(client, node, keys.at(-1)!, 10);
    const held = await client.stat(node, keys);
    expect(held).toHaveLength(keys.length);
    expect(held.flatMap((is, i) => (is ? [i] : []))).toEqual([3, keys.length - 1]);
    expect(await client.remove(node, keys)).toBe(2);
    expect(await client.remove(node, keys)).toBe(0);
    expect(await client.stat(node, [keys[3]!])).toEqual([false]);
    expect(await client.stat(node, [])).toEqual([]);
  });

  test('an aborted upload leaves nothing, and the key stays free', async () => {
    const { client, stores } = await start();
    const key = keyOf(9);
    const upload = await client.put(node, { key, objectHash: hashOf(key), lengthBytes: 400_000 });
    await upload.write(bytesOf(key, 400_000).subarray(0, 300_000));
    upload.abort(new Error('changed my mind'));
    await expect(upload.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'cancelled' });
    await expect(upload.commit(recordOf(key))).rejects.toMatchObject({ code: 'cancelled' });
    expect(await client.stat(node, [key])).toEqual([false]);
    await putShard(client, node, key, 400_000);
    expect((await stores.get(node)!.status()).shards).toBe(1);
  });

  test('a cancelled download releases everything and never ends as if complete', async () => {
    const { client } = await start();
    await putShard(client, node, keyOf(1), 6_000_000);
    const outcome = await client.get(node, keyOf(1), { start: 0, end: 6_000_000 });
    if (outcome.kind === 'absent') throw new Error('absent');
    const chunks = outcome.download.bytes[Symbol.asyncIterator]();
    await chunks.next();
    outcome.download.cancel();
    outcome.download.cancel();
    await expect(chunks.next()).rejects.toMatchObject({ code: 'cancelled' });
    await expect(getShard(client, node, keyOf(1), { start: 0, end: 9 })).resolves.toHaveLength(9);
  });

  test('300 operations at once all end well', async () => {
    const { client } = await start();
    const keys = Array.from({ length: 300 }, (_key, i) => keyOf(i));
    await Promise.all(keys.map((key) => putShard(client, node, key, 4096 + key.writeId.charCodeAt(31))));
    const all = await Promise.all(keys.map((key) => getShard(client, node, key, { start: 0, end: 4096 })));
    all.forEach((bytes, i) => {
      if (!bytes!.equals(bytesOf(keys[i]!, 4096))) throw new Error(`shard ${i} is wrong`);
    });
    expect(client.condition(node)).toBe('up');
  });
});

test('a client that is closed dials nobody, not even a node that it never talked to', async () => {
  nodes = await ShardNodes.start();
  const client = nodes.newClient();
  await client.close();
  let dialled = 0;
  nodes.transport.connect = () => {
    dialled += 1;
    return Promise.reject(new Error('nobody is to be dialled'));
  };
  await expect(client.stat(REMOTE, [keyOf(1)])).rejects.toMatchObject({ code: 'cancelled' });
  await expect(putShard(client, REMOTE, keyOf(1), 10)).rejects.toMatchObject({ code: 'cancelled' });
  expect(dialled).toBe(0);
});
