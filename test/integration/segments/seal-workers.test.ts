// A store whose large shards are sealed and opened by real threads: the same bytes on the disk, the same answers.
//
// Threads run JavaScript, so the engine runs from its translation.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import type * as Engine from '../../../src/segments/segment-store.ts';
import { MASTER_KEY, bytesOf, keyOf, load, store, temporaryDirectory } from '../../support/segment-stores.ts';
import { transpileSources } from '../../support/transpiled-sources.ts';

const MIB = 1024 * 1024;
/** Below a shared window, at its edges, over several; never a whole number of fragments but once. */
const LENGTHS = [
  0,
  1,
  8192,
  9 * 8192 - 5,
  9 * 8192 + 1,
  32 * 8192,
  32 * 8192 + 1,
  41 * 8192,
  MIB - 1,
  3 * MIB + 77,
];

let scratch: string;
let engine: typeof Engine;

beforeAll(async () => {
  scratch = await temporaryDirectory();
  await transpileSources(join(scratch, 'program'), ['src/core', 'src/platform', 'src/segments']);
  const program = pathToFileURL(join(scratch, 'program/src/segments/segment-store.js'));
  engine = (await import(program.href)) as typeof Engine;
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

function open(directory: string, sealWorkers: number): Promise<ShardStore> {
  const watermarks = { nearFull: 0, full: 0 };
  const segmentBytesMax = 6 * MIB;
  return engine.openSegmentStore({
    directory,
    masterKey: MASTER_KEY,
    watermarks,
    segmentBytesMax,
    sealWorkers,
  });
}

async function expectAll(shards: ShardStore, numbers: readonly number[]): Promise<void> {
  await Promise.all(
    numbers.map(async (number) => {
      const key = keyOf(number);
      const whole = bytesOf(key, LENGTHS[number % LENGTHS.length]!);
      expect((await load(shards, key))?.equals(whole)).toBe(true);
      const range = { start: Math.floor(whole.length / 3), end: whole.length - 1 };
      if (range.end > range.start) {
        expect((await load(shards, key, range))?.equals(whole.subarray(range.start, range.end))).toBe(true);
      }
      expect((await shards.verify(key)).kind).toBe('whole');
    }),
  );
}

test('what workers seal this thread opens, and the other way round; compaction proves with workers', async () => {
  const directory = join(scratch, 'data');
  const numbers = LENGTHS.map((_, number) => number);
  let shards = await open(directory, 2);
  await Promise.all(numbers.map((number) => store(shards, keyOf(number), LENGTHS[number]!)));
  await expectAll(shards, numbers);
  await shards.close();
  shards = await open(directory, 0);
  await expectAll(shards, numbers);
  const more = numbers.map((number) => number + LENGTHS.length);
  await Promise.all(more.map((number) => store(shards, keyOf(number), LENGTHS[number % LENGTHS.length]!)));
  await shards.close();
  shards = await open(directory, 2);
  await expectAll(shards, more);
  const gone = [8, 18, 19];
  await shards.delete(gone.map((number) => keyOf(number)));
  expect((await shards.compact()).shards).toBeGreaterThan(0);
  await expectAll(
    shards,
    [...numbers, ...more].filter((number) => !gone.includes(number)),
  );
  await shards.close();
});

test('a flipped bit is found by a worker as by this thread', async () => {
  const directory = join(scratch, 'rotten');
  let shards = await open(directory, 1);
  await store(shards, keyOf(9), LENGTHS[9]!);
  await shards.close();
  const path = join(directory, 'segments/0000000000000001.seg');
  const bytes = await readFile(path);
  bytes[2 * MIB]! ^= 1;
  await writeFile(path, bytes);
  shards = await open(directory, 1);
  await expect(load(shards, keyOf(9))).rejects.toMatchObject({ code: 'shard-corrupt' });
  expect((await shards.verify(keyOf(9))).kind).toBe('damaged');
  expect((await load(shards, keyOf(9), { start: 0, end: MIB }))?.equals(bytesOf(keyOf(9), MIB))).toBe(true);
  await shards.close();
});
