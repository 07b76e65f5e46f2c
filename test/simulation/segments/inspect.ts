// Looks at a store, usually one that was just opened after a power cut, and compares it with what its callers know.

import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { bytesOf, hashOf, keyOf, load, recordOf, store } from '../../support/segment-stores.ts';
import type { SimulatedDisk } from '../disk.ts';
import { DIRECTORY } from './engine.ts';
import type { Expectation, ShardState } from './expectation.ts';

const SEGMENTS = `${DIRECTORY}/segments`;
const FILE_HEADER_BYTES = 4096;
const FRAGMENT_BYTES = 8240;
const FRAGMENT_BODY_BYTES = 8192;
const LIST_MAX = 1000;
/** A key no history uses. */
const PROBE_KEY = 0xf000;

/** A promise of the engine that was found broken. */
export class BrokenPromise extends Error {}

export function demand(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new BrokenPromise(promise);
}

const bytesCache = new Map<string, Buffer>();

export function expectedBytes(key: number, lengthBytes: number): Buffer {
  const name = `${key}/${lengthBytes}`;
  const known = bytesCache.get(name);
  if (known !== undefined) return known;
  const bytes = bytesOf(keyOf(key), lengthBytes);
  if (bytesCache.size < 2000) bytesCache.set(name, bytes);
  return bytes;
}

/** What is there, every byte of it compared; throws when it is not one of the expected states. */
export async function observe(
  shards: ShardStore,
  expected: Expectation,
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for (const { key, lengthBytes, objectHash } of await shards.list(undefined, LIST_MAX)) {
    const number = parseInt(key.writeId, 16);
    demand(hashOf(key).equals(objectHash), `the object hash of shard ${number} is its own`);
    found.set(number, lengthBytes);
  }
  for (const number of new Set([...expected.keys(), ...found.keys()])) {
    const state: ShardState = found.get(number) ?? 'absent';
    const allowed = expected.of(number);
    demand(allowed.includes(state), `shard ${number} is one of [${allowed.join()}], found: ${state}`);
    if (state !== 'absent') await expectShard(shards, number, state);
  }
  return found;
}

async function expectShard(shards: ShardStore, number: number, lengthBytes: number): Promise<void> {
  const key = keyOf(number);
  const got = await load(shards, key);
  demand(got?.equals(expectedBytes(number, lengthBytes)) === true, `shard ${number} has its bytes`);
  const record = await shards.record(key);
  demand(record !== undefined && recordOf(key).equals(record), `shard ${number} has its object record`);
}

export function extentBytes(lengthBytes: number): number {
  return Math.ceil(lengthBytes / FRAGMENT_BODY_BYTES) * FRAGMENT_BYTES;
}

/** After opening: every file is accounted for, and what holds nothing alive is gone. */
export async function expectSpaceAccounted(
  shards: ShardStore,
  disk: SimulatedDisk,
  found: ReadonlyMap<number, number>,
): Promise<void> {
  const status = await shards.status();
  const names = disk.list(SEGMENTS);
  const segments = names.filter((name) => name.endsWith('.seg'));
  const liveBytes = [...found.values()].reduce((sum, lengthBytes) => sum + extentBytes(lengthBytes), 0);
  demand(status.shards === found.size, `${found.size} shards are counted, status says ${status.shards}`);
  demand(status.liveBytes === liveBytes, `${liveBytes} bytes are alive, the status says ${status.liveBytes}`);
  demand(
    status.segments === segments.length,
    `${segments.length} files, ${status.segments} segments in the status`,
  );
  demand(segments.length <= found.size, 'no segment without a live shard is left');
  const fileBytes = segments.reduce((sum, name) => {
    const { sizeBytes } = disk.file(`${SEGMENTS}/${name}`).live;
    return sum + Math.max(0, sizeBytes - FILE_HEADER_BYTES);
  }, 0);
  demand(
    status.deadBytes === fileBytes - liveBytes,
    `${fileBytes - liveBytes} bytes are dead, the status says ${status.deadBytes}`,
  );
  for (const name of names) {
    const partner = name.replace(/\.idx$/, '.seg');
    demand(names.includes(partner), `sidecar ${name} has its segment`);
  }
}

/** A store that survived goes on: it takes a shard and gives it back. */
export async function expectItGoesOn(shards: ShardStore): Promise<void> {
  const key = keyOf(PROBE_KEY);
  await store(shards, key, FRAGMENT_BODY_BYTES + 1);
  const got = await load(shards, key);
  demand(
    got?.equals(expectedBytes(PROBE_KEY, FRAGMENT_BODY_BYTES + 1)) === true,
    'a store that survived takes new shards',
  );
}
