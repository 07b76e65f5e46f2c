// A file system that really runs full: 12 MiB of tmpfs, and writers that do not stop.
//
// Needs the right to mount (root, or CAP_SYS_ADMIN); without it the test says so and does nothing.

import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isPredastoreError } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import {
  bytesOf,
  hashOf,
  keyOf,
  load,
  openStore,
  recordOf,
  temporaryDirectory,
} from '../../support/segment-stores.ts';

const SIZE_MIB = 12;
const WRITERS = 8;
/** More than the disk holds, by far. */
const SHARDS_MAX = 2000;
const LENGTHS = [100, 8192, 60_000, 300_000];
const PROBE = 10 * SHARDS_MAX;
const ROOM_LIMIT_MS = 20_000;

let directory = '';
let mounted = false;

beforeEach(async () => {
  directory = await temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', directory], { stdio: 'pipe' });
    mounted = true;
  } catch (error) {
    mounted = false;
    console.info(`no tmpfs of its own, this test does nothing: ${String(error).split('\n')[0]}`);
  }
});

afterEach(async () => {
  if (mounted) execFileSync('umount', [directory]);
  await rm(directory, { recursive: true, force: true });
});

interface Filled {
  readonly stored: Map<number, number>;
  readonly codes: Set<string>;
}

/** Writers store until each of them was refused a few times. Every refusal is a typed error. */
async function fill(shards: ShardStore, first: number): Promise<Filled> {
  const filled: Filled = { stored: new Map(), codes: new Set() };
  let next = first;
  const writer = async (): Promise<void> => {
    let refusals = 0;
    while (refusals < 3 && next < first + SHARDS_MAX) {
      const number = next++;
      const lengthBytes = LENGTHS[number % LENGTHS.length] ?? 0;
      try {
        await storeOnce(shards, number, lengthBytes);
        filled.stored.set(number, lengthBytes);
      } catch (error) {
        if (!isPredastoreError(error)) throw error;
        filled.codes.add(error.code);
        refusals += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return filled;
}

async function storeOnce(shards: ShardStore, number: number, lengthBytes: number): Promise<void> {
  const key = keyOf(number);
  const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes });
  try {
    await writer.write(bytesOf(key, lengthBytes));
    await writer.commit(recordOf(key));
  } finally {
    await writer.abort();
  }
}

async function expectStored(shards: ShardStore, stored: ReadonlyMap<number, number>): Promise<void> {
  for (const [number, lengthBytes] of stored) {
    const key = keyOf(number);
    expect((await load(shards, key))?.equals(bytesOf(key, lengthBytes))).toBe(true);
  }
}

/** Deletes them and waits until their space is back: a pass may be under way already, and free space is looked at now and then. */
async function empty(shards: ShardStore, stored: ReadonlyMap<number, number>): Promise<void> {
  await shards.delete([...stored.keys()].map((number) => keyOf(number)));
  const deadlineMs = performance.now() + ROOM_LIMIT_MS;
  for (;;) {
    await shards.compact();
    if (await hasRoom(shards)) return;
    if (performance.now() > deadlineMs) throw new Error('the space of deleted shards does not come back');
    await systemClock.sleep(20);
  }
}

/** Whether a large shard can be stored; it does not stay. */
async function hasRoom(shards: ShardStore): Promise<boolean> {
  try {
    await storeOnce(shards, PROBE, Math.max(...LENGTHS));
  } catch (error) {
    if (!isPredastoreError(error)) throw error;
    return false;
  }
  await shards.delete([keyOf(PROBE)]);
  return true;
}

function resize(sizeMib: number): void {
  execFileSync('mount', ['-o', `remount,size=${sizeMib}m`, directory]);
}

test.each([
  ['with watermarks: refused early, and deletes work', undefined],
  ['without watermarks: the kernel refuses, at whatever call', { nearFull: 0, full: 0 }],
])(
  'a disk that runs full, %s',
  async (_name, watermarks) => {
    if (!mounted) return;
    const options = { segmentBytesMax: 2_000_000, ...(watermarks === undefined ? {} : { watermarks }) };
    const early = watermarks === undefined ? { watermarks: { nearFull: 0.4, full: 0.3 } } : {};
    let shards = await openStore(directory, { ...options, ...early });
    const filled = await fill(shards, 0);
    expect(filled.stored.size).toBeGreaterThan(10);
    expect(filled.codes.has('store-full')).toBe(true);
    await expectStored(shards, filled.stored);
    // Nothing is left for LMDB to forget with: the operator makes room, and the same process goes on.
    if (watermarks !== undefined) resize(SIZE_MIB + 4);
    await empty(shards, filled.stored);
    const again = await fill(shards, SHARDS_MAX);
    expect(again.stored.size).toBeGreaterThan(10);
    await expectStored(shards, again.stored);
    await shards.close();
    // A start writes a new state: the last 4 KiB of a disk have to be free, which the watermarks see to.
    if (watermarks !== undefined) resize(SIZE_MIB + 8);
    shards = await openStore(directory, { ...options, ...early });
    await expectStored(shards, again.stored);
    expect((await shards.status()).shards).toBe(again.stored.size);
    await shards.close();
  },
  120_000,
);
