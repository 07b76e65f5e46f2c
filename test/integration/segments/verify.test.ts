// Looking at every byte of a shard: what a scrub relies on.

import { open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FaultyFiles } from '../../support/faulty-files.ts';
import { hashOf, inTemporaryDirectory, keyOf, openStore, store } from '../../support/segment-stores.ts';

const SEGMENT = 'segments/0000000000000001.seg';
const SIDECAR = 'segments/0000000000000001.idx';
const SIZE = 40 * 8192 + 5;

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte[0]! ^= 1;
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

test('a sound shard is whole, an unknown one absent', async () => {
  await inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory);
    await store(shards, keyOf(1), SIZE);
    await store(shards, keyOf(2), 0);
    expect(await shards.verify(keyOf(1))).toEqual({
      kind: 'whole',
      stat: { key: keyOf(1), objectHash: hashOf(keyOf(1)), lengthBytes: SIZE },
    });
    expect((await shards.verify(keyOf(2))).kind).toBe('whole');
    expect(await shards.verify(keyOf(3))).toEqual({ kind: 'absent' });
    await shards.close();
    await expect(shards.verify(keyOf(1))).rejects.toMatchObject({ code: 'store-closed' });
  });
});

test('a flipped bit in any fragment or in the record, a lost tail and a refused sector are damage', async () => {
  await inTemporaryDirectory(async (directory) => {
    const files = new FaultyFiles();
    const shards = await openStore(directory, { files });
    await store(shards, keyOf(1), SIZE);
    const path = join(directory, SEGMENT);
    for (const fragment of [0, 17, 40]) {
      await flip(path, 4096 + fragment * 8240 + 33);
      expect(await shards.verify(keyOf(1))).toMatchObject({ kind: 'damaged' });
      await flip(path, 4096 + fragment * 8240 + 33);
    }
    await flip(join(directory, SIDECAR), 4096 + 40);
    expect(await shards.verify(keyOf(1))).toMatchObject({ kind: 'damaged' });
    await flip(join(directory, SIDECAR), 4096 + 40);
    files.fault = ({ operation }) => (operation === 'pread' ? 'EIO' : undefined);
    expect(await shards.verify(keyOf(1))).toMatchObject({ kind: 'damaged' });
    files.fault = () => undefined;
    expect((await shards.verify(keyOf(1))).kind).toBe('whole');
    await truncate(path, 4096 + 40 * 8240);
    expect(await shards.verify(keyOf(1))).toMatchObject({ kind: 'damaged' });
    await shards.close();
    await rm(path);
    const again = await openStore(directory);
    expect(await again.verify(keyOf(1))).toMatchObject({ kind: 'damaged' });
    await again.close();
  });
});

test('a shard that is deleted while it is verified is verified to its end, and its segment goes afterwards', async () => {
  await inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory, { segmentBytesMax: 400_000 });
    await store(shards, keyOf(1), SIZE);
    await store(shards, keyOf(2), SIZE);
    const verdict = shards.verify(keyOf(1));
    await shards.delete([keyOf(1)]);
    expect((await verdict).kind).toBe('whole');
    expect((await shards.status()).segments).toBe(1);
    await shards.close();
  });
});

test('all keys can be walked in order, page by page', async () => {
  await inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory);
    const stored = [5, 1, 9, 3, 7];
    for (const number of stored) await store(shards, keyOf(number), 10);
    const walked = [];
    for (
      let page = await shards.keys(undefined, 2);
      page.length > 0;
      page = await shards.keys(page.at(-1), 2)
    ) {
      walked.push(...page);
    }
    expect(walked).toEqual([1, 3, 5, 7, 9].map((number) => keyOf(number)));
    expect((await shards.list(keyOf(3), 2)).map(({ key }) => key)).toEqual([keyOf(5), keyOf(7)]);
    expect(await shards.list(undefined, 0)).toEqual([]);
    await shards.close();
  });
});
