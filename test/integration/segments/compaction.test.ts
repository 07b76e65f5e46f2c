// Giving space back: what is alive stays exactly as it was, what is dead goes.

import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { collect } from '../../../src/core/body.ts';
import { WRITER_IDLE_TIMEOUT_MS } from '../../../src/core/limits.ts';
import { extentBytes } from '../../../src/segments/extent.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { FaultyFiles } from '../../support/faulty-files.ts';
import { HandClock } from '../../support/hand-clock.ts';
import {
  FAST_DISK,
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
/** Ten shards in a segment. */
const TEN = { segmentBytesMax: 4096 + 10 * EXTENT };

async function fill(shards: ShardStore, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) await store(shards, keyOf(number), SIZE);
}

const keysOf = (...numbers: number[]) => numbers.map((number) => keyOf(number));

async function expectShards(shards: ShardStore, numbers: Iterable<number>): Promise<void> {
  for (const number of numbers) {
    const key = keyOf(number);
    expect((await load(shards, key))?.equals(bytesOf(key, SIZE))).toBe(true);
    expect(Buffer.from((await shards.record(key))!)).toEqual(recordOf(key));
    expect((await shards.verify(key)).kind).toBe('whole');
  }
}

async function segmentFiles(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'segments'));
  return names.sort().map((name) => name.replace(/^0+/, ''));
}

/** Removal happens in the background; the test's limit is the bound. */
async function gone(directory: string, file: string): Promise<void> {
  while ((await segmentFiles(directory)).includes(file)) await new Promise((ready) => setTimeout(ready, 2));
}

describe('compaction', () => {
  test('moves what is alive out of a mostly dead segment and removes it; nothing changes for readers', async () => {
    await inTemporaryDirectory(async (directory) => {
      let shards = await openStore(directory, TEN);
      await fill(shards, 0, 25);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 6, 8));
      expect(await shards.compact()).toEqual({
        segments: 1,
        shards: 3,
        bytes: 3 * EXTENT,
        stuckShards: 0,
        failedSegments: 0,
      });
      const alive = [5, 7, 9, ...Array.from({ length: 15 }, (_, at) => at + 10)];
      expect(await segmentFiles(directory)).toEqual(['2.idx', '2.seg', '3.idx', '3.seg', '4.idx', '4.seg']);
      await expectShards(shards, alive);
      expect(await shards.status()).toMatchObject({ shards: 18, liveBytes: 18 * EXTENT, deadBytes: 0 });
      expect(await shards.compact()).toMatchObject({ segments: 0, shards: 0 });
      await shards.close();
      shards = await openStore(directory, TEN);
      await expectShards(shards, alive);
      expect((await shards.keys(undefined, 100)).length).toBe(18);
      await shards.close();
    }, FAST_DISK);
  });

  test('leaves alone: segments at 70 % and above, active ones, and those with a writer that has not ended', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 9);
      const writer = await shards.append({ key: keyOf(9), objectHash: hashOf(keyOf(9)), lengthBytes: SIZE });
      await fill(shards, 10, 23);
      // 6 of 10 in the first, whose writer is open; 7 of 10 in the second; 2 of 3 in the active one.
      await shards.delete(keysOf(0, 1, 2, 10, 11, 12, 20));
      expect(await shards.compact()).toMatchObject({ segments: 0, shards: 0 });
      await writer.write(bytesOf(keyOf(9), SIZE));
      await writer.commit(recordOf(keyOf(9)));
      await shards.delete(keysOf(3));
      expect(await shards.compact()).toMatchObject({ segments: 1, shards: 6 });
      await expectShards(shards, [4, 5, 6, 7, 8, 9, 13, 19, 21, 22]);
      await shards.close();
    }, FAST_DISK);
  });

  test('waits for no reader: the segment stays under it and goes after it', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 11);
      const reader = (await shards.read(keyOf(9)))!;
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5));
      expect(await shards.compact()).toMatchObject({ segments: 1, shards: 4 });
      expect(await segmentFiles(directory)).toContain('1.seg');
      expect((await collect(reader.bytes(), SIZE)).equals(bytesOf(keyOf(9), SIZE))).toBe(true);
      expect((await shards.status()).segments).toBe(2);
      await shards.close();
      expect(await segmentFiles(directory)).toEqual(['2.idx', '2.seg', '3.idx', '3.seg']);
    }, FAST_DISK);
  });

  test('loses every race against deletes and replacements, and brings nothing back', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const shards = await openStore(directory, { ...TEN, files });
      await fill(shards, 0, 11);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5));
      const changes: Promise<unknown>[] = [];
      files.fault = ({ operation, path }) => {
        // The first byte of the new segment: every copy is still to be committed.
        if (operation === 'pwrite' && path.endsWith('3.seg') && changes.length === 0) {
          changes.push(shards.delete(keysOf(6)), replace(shards, 7));
        }
        return undefined;
      };
      const report = await shards.compact();
      expect(await Promise.all(changes)).toEqual([1, undefined]);
      expect(report).toMatchObject({ segments: 1, shards: 2, bytes: 4 * EXTENT });
      expect(await shards.stat(keyOf(6))).toBeUndefined();
      await expectShards(shards, [7, 8, 9, 10]);
      expect(await shards.status()).toMatchObject({ shards: 4, liveBytes: 4 * EXTENT });
      await shards.close();
      const again = await openStore(directory, TEN);
      expect((await again.keys(undefined, 100)).length).toBe(4);
      await again.close();
    }, FAST_DISK);
  });

  test('leaves a damaged shard in place and does everything else; a replacement frees its segment', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 21);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14));
      const file = await open(join(directory, 'segments', '0000000000000001.seg'), 'r+');
      await file.write(Buffer.alloc(4), 0, 4, 4096 + 7 * EXTENT + 100);
      await file.close();
      expect(await shards.compact()).toMatchObject({ segments: 1, stuckShards: 1, failedSegments: 1 });
      await expect(load(shards, keyOf(7))).rejects.toMatchObject({ code: 'shard-corrupt' });
      await expectShards(shards, [6, 8, 9, 15, 19, 20]);
      expect(await segmentFiles(directory)).toContain('1.seg');
      await replace(shards, 7);
      await gone(directory, '1.seg');
      await expectShards(shards, [6, 7, 8, 9, 15, 19, 20]);
      await shards.close();
    }, FAST_DISK);
  });

  test('goes on to other segments when one cannot be read at all', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const shards = await openStore(directory, { ...TEN, files });
      await fill(shards, 0, 21);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14));
      files.fault = ({ operation, path }) =>
        operation === 'pread' && /1\.(seg|idx)$/.test(path) ? 'EIO' : undefined;
      expect(await shards.compact()).toMatchObject({ segments: 1, shards: 5, failedSegments: 1 });
      files.fault = () => undefined;
      await expectShards(shards, [6, 7, 8, 9, 15, 16, 17, 18, 19, 20]);
      await shards.close();
    }, FAST_DISK);
  });

  test('keeps the disk use of a store that is rewritten all the time near its live bytes', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      const live: number[] = [];
      for (let number = 0; number < 200; number += 1) {
        await store(shards, keyOf(number), SIZE);
        // Twenty shards are alive: every seventh one stays for long, the others are replaced soon.
        live.push(number);
        if (live.length > 20) await shards.delete([keyOf(...(live.splice(number % 7, 1) as [number]))]);
        if (number % 20 === 19) await shards.compact();
      }
      await shards.compact();
      const { liveBytes, deadBytes } = await shards.status();
      expect(liveBytes).toBe(20 * EXTENT);
      expect(deadBytes).toBeLessThan(liveBytes);
      await expectShards(shards, live);
      await shards.close();
    }, FAST_DISK);
  });

  test('gives up an active segment that is mostly dead, so that it can be reclaimed', async () => {
    await inTemporaryDirectory(async (directory) => {
      const shards = await openStore(directory, TEN);
      await fill(shards, 0, 8);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5));
      expect(await shards.compact()).toMatchObject({ segments: 1, shards: 2 });
      expect(await segmentFiles(directory)).toEqual(['2.idx', '2.seg']);
      await expectShards(shards, [6, 7]);
      await shards.close();
    }, FAST_DISK);
  });
});

test('a replacing commit takes the place of the shard; the old bytes are dead', async () => {
  await inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory);
    await fill(shards, 0, 2);
    await replace(shards, 0);
    await replace(shards, 5);
    expect(await shards.status()).toMatchObject({ shards: 3, liveBytes: 3 * EXTENT, deadBytes: EXTENT });
    await expectShards(shards, [0, 1, 5]);
    await shards.close();
  }, FAST_DISK);
});

describe('compaction by itself', () => {
  test('begins when the disk runs full, long before its interval', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const watermarks = { nearFull: 0.15, full: 0.05 };
      const compaction = { intervalMs: 1e9, bytesPerS: 1e9 };
      const total = 1e12;
      files.space = { totalBytes: total, availableBytes: total / 2 };
      const clock = new HandClock();
      const shards = await openStore(directory, { ...TEN, files, watermarks, compaction, clock });
      await fill(shards, 0, 11);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5));
      expect(await segmentFiles(directory)).toContain('1.seg');
      files.space = { totalBytes: total, availableBytes: total / 10 };
      clock.advance(60_000);
      await store(shards, keyOf(20), SIZE);
      await gone(directory, '1.seg');
      await expectShards(shards, [6, 9, 10, 20]);
      await shards.close();
    }, FAST_DISK);
  });

  test('rests between its steps, until it is asked for: then it goes on at full speed', async () => {
    await inTemporaryDirectory(async (directory) => {
      // A step would be followed by a day of rest.
      const shards = await openStore(directory, { ...TEN, compaction: { intervalMs: 1, bytesPerS: 1 } });
      await fill(shards, 0, 21);
      await shards.delete(keysOf(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14));
      while (!(await segmentFiles(directory)).includes('4.seg'))
        await new Promise((ready) => setTimeout(ready, 2));
      expect(await shards.compact()).toMatchObject({ segments: 2, shards: 9 });
      await expectShards(shards, [6, 7, 8, 9, 15, 16, 17, 18, 19, 20]);
      await shards.close();
    }, FAST_DISK);
  });

  test('ends writers that were forgotten and returns their space; writers that move are left alone', async () => {
    await inTemporaryDirectory(async (directory) => {
      const clock = new HandClock();
      const shards = await openStore(directory, { ...TEN, clock });
      const begin = (number: number) =>
        shards.append({ key: keyOf(number), objectHash: hashOf(keyOf(number)), lengthBytes: SIZE });
      const forgotten = await begin(1);
      const slow = await begin(2);
      await shards.compact();
      clock.advance(WRITER_IDLE_TIMEOUT_MS + 1);
      await slow.write(bytesOf(keyOf(2), SIZE).subarray(0, 10));
      await shards.compact();
      await expect(forgotten.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'cancelled' });
      await forgotten.abort();
      await slow.write(bytesOf(keyOf(2), SIZE).subarray(10));
      await slow.commit(recordOf(keyOf(2)));
      expect(await shards.status()).toMatchObject({ liveBytes: EXTENT, deadBytes: EXTENT });
      await expectShards(shards, [2]);
      await shards.close();
    }, FAST_DISK);
  });
});

describe('a disk that refuses while a segment is compacted', () => {
  for (const code of ['EIO', 'ENOSPC']) {
    test(`at any single call (${code}) costs no shard, and the next pass or start goes on`, async () => {
      let reached = true;
      let calls = 0;
      for (let nth = 1; reached; nth += 1) {
        reached = await inTemporaryDirectory((directory) => failAt(directory, nth, code), FAST_DISK);
        calls = nth;
      }
      expect(calls).toBeGreaterThan(15);
    });
  }

  /** Fails the `nth` call of a pass; says whether the pass was that long. */
  async function failAt(directory: string, nth: number, code: string): Promise<boolean> {
    const files = new FaultyFiles();
    let shards = await openStore(directory, { ...TEN, files });
    await fill(shards, 0, 11);
    await shards.delete(keysOf(0, 1, 2, 3, 4, 5));
    const before = files.calls.length;
    let injected = false;
    files.fault = (_call, count) => {
      if (count !== before + nth) return undefined;
      injected = true;
      return code;
    };
    await shards.compact();
    files.fault = () => undefined;
    await expectShards(shards, [6, 7, 8, 9, 10]);
    await store(shards, keyOf(30), SIZE);
    await shards.close();
    shards = await openStore(directory, TEN);
    await shards.compact();
    await expectShards(shards, [6, 7, 8, 9, 10, 30]);
    expect((await shards.keys(undefined, 100)).length).toBe(6);
    expect((await segmentFiles(directory)).filter((name) => name.startsWith('1.'))).toEqual([]);
    await shards.close();
    return injected;
  }
});

/** Stores shard `number` again, as repair does. */
async function replace(shards: ShardStore, number: number): Promise<void> {
  const key = keyOf(number);
  const request = { key, objectHash: hashOf(key), lengthBytes: SIZE, replaces: true } as const;
  const writer = await shards.append(request);
  await writer.write(bytesOf(key, SIZE));
  await writer.commit(recordOf(key));
}
