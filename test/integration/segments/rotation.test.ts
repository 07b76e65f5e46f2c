// A new master key: the data keys are wrapped with it, the data stays as it is.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemFiles } from '../../../src/platform/files.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { isWrappedWith, rotateState } from '../../../src/segments/rotate-state.ts';
import { FaultyFiles } from '../../support/faulty-files.ts';
import {
  FAST_DISK,
  MASTER_KEY,
  bytesOf,
  inTemporaryDirectory,
  keyOf,
  load,
  openStore,
  store,
} from '../../support/segment-stores.ts';

const NEW_KEY = Buffer.alloc(32, 9);
const SIZE = 30_000;

async function segmentBytes(directory: string): Promise<Map<string, Buffer>> {
  const bytes = new Map<string, Buffer>();
  for (const name of await readdir(join(directory, 'segments'))) {
    bytes.set(name, await readFile(join(directory, 'segments', name)));
  }
  return bytes;
}

test('a store in use takes a new master key: no byte of a segment changes, and the old key opens it no more', async () => {
  await inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory);
    await store(shards, keyOf(1), SIZE);
    const before = await segmentBytes(directory);
    expect(await shards.rotateMasterKey(MASTER_KEY)).toBe('unchanged');
    expect(await shards.rotateMasterKey(NEW_KEY)).toBe('rotated');
    expect(await shards.rotateMasterKey(NEW_KEY)).toBe('unchanged');
    expect(await segmentBytes(directory)).toEqual(before);
    await store(shards, keyOf(2), SIZE);
    await shards.close();
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'invalid-key-file',
      message: expect.stringMatching(/--previous-encryption-key-file/),
    });
    const again = await openStore(directory, { masterKey: NEW_KEY });
    for (const number of [1, 2])
      expect(await load(again, keyOf(number))).toEqual(bytesOf(keyOf(number), SIZE));
    await again.close();
  }, FAST_DISK);
});

test('a start with both keys finishes what was not done, and needs the old one no more', async () => {
  await inTemporaryDirectory(async (directory) => {
    const first = await openStore(directory);
    await store(first, keyOf(1), SIZE);
    await first.close();
    const both = { masterKey: NEW_KEY, previousMasterKey: MASTER_KEY };
    await (await openStore(directory, both)).close();
    await (await openStore(directory, both)).close();
    const shards = await openStore(directory, { masterKey: NEW_KEY });
    expect(await load(shards, keyOf(1))).toEqual(bytesOf(keyOf(1), SIZE));
    await shards.close();
  }, FAST_DISK);
});

test('a rotation that fails at any call leaves the store under one of the two keys, and can be repeated', async () => {
  let nth = 0;
  const failOnce = (): Promise<boolean> =>
    inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const shards = await openStore(directory, { files });
      await store(shards, keyOf(1), SIZE);
      const before = files.calls.length;
      files.fault = (_call, count) => (count === before + 1 + nth ? 'EIO' : undefined);
      const reached = await shards.rotateMasterKey(NEW_KEY).then(
        () => false,
        () => true,
      );
      files.fault = () => undefined;
      await shards.close();
      const options = { directory, files: systemFiles, random: systemRandom };
      const outcome = await rotateState({ ...options, masterKey: NEW_KEY, previousMasterKey: MASTER_KEY });
      if (!reached) expect(outcome).toBe('unchanged');
      expect(await isWrappedWith(systemFiles, directory, NEW_KEY)).toBe(true);
      const again = await openStore(directory, { masterKey: NEW_KEY });
      expect(await load(again, keyOf(1))).toEqual(bytesOf(keyOf(1), SIZE));
      await again.close();
      return reached;
    }, FAST_DISK);
  while (await failOnce()) nth += 1;
  expect(nth).toBeGreaterThan(4);
});

test('a directory without a store, and one whose keys do not fit, are told apart', async () => {
  await inTemporaryDirectory(async (directory) => {
    const options = { directory, files: systemFiles, random: systemRandom, masterKey: NEW_KEY };
    expect(await rotateState({ ...options, previousMasterKey: undefined })).toBe('no store');
    await (await openStore(directory)).close();
    await expect(rotateState({ ...options, previousMasterKey: undefined })).rejects.toMatchObject({
      code: 'invalid-key-file',
    });
  }, FAST_DISK);
});
