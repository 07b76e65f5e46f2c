// The engine under test, on a simulated disk. Handed in, so that a canary can put a broken one in its place.

import type { openSegmentStore } from '../../../src/segments/segment-store.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import type { SegmentStoreOptions } from '../../../src/segments/store-options.ts';
import { Chance } from '../chance.ts';
import { SimulatedDisk } from '../disk.ts';
import { DiskPort, SimulatedFiles } from '../files.ts';
import { simulatedTables } from '../tables.ts';
import { World, atOnce } from '../world.ts';

export interface Engine {
  readonly openSegmentStore: typeof openSegmentStore;
}

export const DIRECTORY = '/data';
export const MASTER_KEY = Buffer.alloc(32, 7);
/** Room for seven fragments, so that segments roll often. */
export const SEGMENT_BYTES_MAX = 62_000;

/** How a store reaches its simulated disk. */
export interface Bench {
  readonly port: DiskPort;
  readonly world: World;
}

/** A disk with a place for the store. */
export function emptyDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.makeDirectory(DIRECTORY);
  disk.syncDirectory('/');
  return disk;
}

/** A bench whose operations happen at once: for looking at what a crash left. */
export function benchAtOnce(disk: SimulatedDisk, seed: number): Bench {
  return { port: new DiskPort(disk, atOnce), world: new World(seed) };
}

export function openOn(
  engine: Engine,
  { port, world }: Bench,
  options: Partial<SegmentStoreOptions> = {},
): Promise<ShardStore> {
  return engine.openSegmentStore({
    directory: DIRECTORY,
    masterKey: MASTER_KEY,
    files: new SimulatedFiles(port),
    openIndexTables: simulatedTables(port),
    clock: world.clock,
    random: new Chance(world.chance.below(2 ** 31)),
    segmentBytesMax: SEGMENT_BYTES_MAX,
    watermarks: { nearFull: 0, full: 0 },
    ...options,
  });
}
