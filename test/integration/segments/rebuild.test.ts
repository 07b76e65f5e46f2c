// An index that is lost: made anew from the sidecars, and proven equal to the lost one.

import { appendFile, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { systemFiles } from '../../../src/platform/files.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { extentBytes } from '../../../src/segments/extent.ts';
import { openLmdbTables, openLmdbTablesReadOnly } from '../../../src/segments/lmdb-tables.ts';
import { rebuildIndex, type RebuildReport } from '../../../src/segments/rebuild-index.ts';
import { scanStore, type StoreScan } from '../../../src/segments/segment-scan.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { ShardIndex, type IndexEntry } from '../../../src/segments/shard-index.ts';
import {
  FAST_DISK,
  MASTER_KEY,
  bytesOf,
  hashOf,
  inTemporaryDirectory,
  keyOf,
  load,
  openStore,
  recordOf,
  store,
} from '../../support/segment-stores.ts';

const SIZE = 20_000;
const EXTENT = extentBytes(SIZE);
const TEN = { segmentBytesMax: 4096 + 10 * EXTENT };
const keysOf = (...numbers: number[]) => numbers.map((number) => keyOf(number));
const shared = { masterKey: MASTER_KEY, files: systemFiles, logger: silentLogger };

const rebuild = (directory: string, compare = false): Promise<RebuildReport> =>
  rebuildIndex({ ...shared, directory, openIndexTables: openLmdbTables, compare });
const scan = (directory: string): Promise<StoreScan> =>
  scanStore({ ...shared, directory, openIndexTables: openLmdbTablesReadOnly });

async function fill(shards: ShardStore, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) await store(shards, keyOf(number), SIZE);
}

async function replace(shards: ShardStore, number: number): Promise<void> {
  const key = keyOf(number);
  const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes: SIZE, replaces: true });
  await writer.write(bytesOf(key, SIZE));
  await writer.commit(recordOf(key));
}

/** Every row and every total of an index. */
async function contents(directory: string): Promise<unknown> {
  const index = ShardIndex.open(join(directory, 'index'), openLmdbTables);
  const rows: readonly IndexEntry[] = index.list(undefined, 10_000);
  const totals = [...index.totals()!].sort(([a], [b]) => a - b);
  await index.close();
  return { rows, totals };
}

describe('a rebuilt index', () => {
  test('is row by row the lost one, after rolls, replacements, restarts and compaction', async () => {
    await inTemporaryDirectory(async (directory) => {
      let shards = await openStore(directory, TEN);
      await fill(shards, 0, 25);
      await replace(shards, 3);
      await replace(shards, 12);
      await shards.close();
      shards = await openStore(directory, TEN);
      await store(shards, keyOf(40), 0);
      // What is deleted goes with its segments: nothing of it can come back.
      await shards.delete(keysOf(0, 1, 2, 4, 5, 6));
      await shards.compact();
      await shards.close();
      const before = await contents(directory);
      const report = await rebuild(directory, true);
      expect(report).toMatchObject({ shards: 20, damagedBytes: 0 });
      expect(report.comparison).toEqual({ same: 20, moved: 0, added: 0, missing: 0 });
      expect(await contents(directory)).toEqual(before);
      shards = await openStore(directory, TEN);
      for (const number of [3, 7, 12, 24]) {
        expect((await load(shards, keyOf(number)))?.equals(bytesOf(keyOf(number), SIZE))).toBe(true);
      }
      await store(shards, keyOf(50), SIZE);
      await shards.close();
    }, FAST_DISK);
  });

  test('brings deleted shards back whose segments are still there, and says so', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 5);
      await shards.delete(keysOf(1, 2));
      await shards.close();
      expect((await rebuild(directory, true)).comparison).toEqual({
        same: 3,
        moved: 0,
        added: 2,
        missing: 0,
      });
    }, FAST_DISK);
  });

  test('takes, of several rows of a key, the one the index named', async () => {
    await inTemporaryDirectory(async (directory) => {
      let shards = await openStore(directory, TEN);
      await fill(shards, 0, 11);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5));
      // A reader keeps the old segment, and its rows, beside the moved ones.
      const reader = (await shards.read(keyOf(9)))!;
      await shards.compact();
      await replace(shards, 8);
      const copy = join(directory, 'kept');
      await rename(join(directory, 'segments', '0000000000000001.idx'), copy);
      reader.close();
      await shards.close();
      // The power failed before the unlink.
      await rename(copy, join(directory, 'segments', '0000000000000001.idx'));
      await appendFile(join(directory, 'segments', '0000000000000001.seg'), Buffer.alloc(4096 + 10 * EXTENT));
      const report = await rebuild(directory, true);
      expect(report.comparison).toMatchObject({ same: 5, moved: 0, missing: 0 });
      shards = await openStore(directory, TEN);
      for (const number of [6, 7, 8, 9, 10]) expect((await shards.verify(keyOf(number))).kind).toBe('whole');
      await shards.close();
    }, FAST_DISK);
  });

  test('leaves out what no sound row names, and goes on behind the damage', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 5);
      await shards.close();
      const file = await open(join(directory, 'segments', '0000000000000001.idx'), 'r+');
      await file.write(Buffer.alloc(8, 1), 0, 8, 4096 + 40);
      await file.close();
      const report = await rebuild(directory, true);
      expect(report.damagedBytes).toBeGreaterThan(0);
      expect(report.comparison).toEqual({ same: 4, moved: 0, added: 0, missing: 1 });
    }, FAST_DISK);
  });

  test('is asked for when the index is gone: a store with segments never starts with an empty one', async () => {
    await inTemporaryDirectory(async (directory) => {
      let shards = await openStore(directory, TEN);
      await fill(shards, 0, 3);
      await shards.close();
      await rm(join(directory, 'index'), { recursive: true });
      await expect(openStore(directory, TEN)).rejects.toMatchObject({
        code: 'index-missing',
        message: expect.stringMatching(/rebuild-index/),
      });
      expect((await readdir(join(directory, 'segments'))).length).toBe(2);
      await rebuild(directory);
      shards = await openStore(directory, TEN);
      expect((await load(shards, keyOf(2)))?.equals(bytesOf(keyOf(2), SIZE))).toBe(true);
      await shards.close();
    }, FAST_DISK);
  });
});

describe('a scan', () => {
  test('tells live, dead and orphaned bytes of a store in use; an overwrite moves exactly its extent from live to dead', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 10);
      const writer = await shards.append({
        key: keyOf(90),
        objectHash: hashOf(keyOf(90)),
        lengthBytes: SIZE,
      });
      await writer.write(bytesOf(keyOf(90), SIZE));
      await store(shards, keyOf(10), SIZE);
      await writer.abort();
      const before = await scan(directory);
      expect(before.totals).toMatchObject({
        liveShards: 11,
        liveBytes: 11 * EXTENT,
        deadShards: 0,
        unlistedShards: 0,
        damagedRowBytes: 0,
      });
      expect(before.segments.map(({ segment }) => segment)).toEqual(['0000000000000001', '0000000000000002']);
      await replace(shards, 4);
      const after = await scan(directory);
      expect(after.totals).toMatchObject({ liveBytes: 11 * EXTENT, deadShards: 1, deadBytes: EXTENT });
      await shards.delete(keysOf(5));
      expect((await scan(directory)).totals).toMatchObject({ liveBytes: 10 * EXTENT, deadBytes: 2 * EXTENT });
      const { liveBytes } = await shards.status();
      expect((await scan(directory)).totals.liveBytes).toBe(liveBytes);
      await shards.close();
      expect((await scan(directory)).totals.liveShards).toBe(10);
    }, FAST_DISK);
  });
});
