// The real storage engine on a simulated disk, inside the simulated cluster: commits, compaction and recovery take part in the history.
//
// Owns: the disk with what is durable on it (test/simulation/disk.ts), and a list of what callers were told is committed.

import { shardKeyText, type ShardKey } from '../../../src/core/shard-key.ts';
import type { Notes } from '../../../src/maintenance/notebook.ts';
import { openSegmentStore } from '../../../src/segments/segment-store.ts';
import type { AppendRequest, ShardStore, ShardWriter } from '../../../src/segments/shard-store.ts';
import type { SeededChance } from '../../support/seeded-chance.ts';
import { Chance } from '../chance.ts';
import type { SimulatedDisk } from '../disk.ts';
import { DiskPort, SimulatedFiles } from '../files.ts';
import { lossByChance } from '../loss.ts';
import { DIRECTORY, emptyDisk, MASTER_KEY, SEGMENT_BYTES_MAX } from '../segments/engine.ts';
import { simulatedTables } from '../tables.ts';
import { BLANK_NOTES, ShardMap, type HeldShard, type NodeDisk } from './sim-store.ts';
import { never, type Incarnation, type SimTime } from './sim-time.ts';

const COMPACTION = { intervalMs: 3_000, bytesPerS: 1e9 };
/** A commit is many operations of the disk: each takes a part of what one of the simple store takes. */
const PACE = 0.1;

interface EngineParts {
  readonly time: SimTime;
  readonly chance: SeededChance;
  readonly onCommit: (shard: HeldShard) => void;
}

export class EngineDisk implements NodeDisk {
  readonly shards = new ShardMap();
  notes: Notes = BLANK_NOTES;
  slownessMs = 2;
  /** For canaries: a sync of a file does nothing, and says that it did. */
  liesAboutSync = false;
  #disk: SimulatedDisk = emptyDisk();
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  get full(): boolean {
    return this.#disk.capacityBytes < Infinity;
  }

  set full(isFull: boolean) {
    this.#disk.capacityBytes = isFull ? this.#disk.usedBytes() : Infinity;
  }

  async open(life: Incarnation): Promise<ShardStore> {
    const port = new DiskPort(this.#disk, { step: (run) => this.#step(life, run) });
    if (this.liesAboutSync) this.#disk.syncFile = () => undefined;
    const { chance } = this.#parts;
    const store = await openSegmentStore({
      directory: DIRECTORY,
      masterKey: MASTER_KEY,
      files: new SimulatedFiles(port),
      openIndexTables: simulatedTables(port),
      clock: life.clock,
      random: { bytes: (count) => chance.bytes(count), fraction: () => chance.fraction() },
      segmentBytesMax: SEGMENT_BYTES_MAX,
      watermarks: { nearFull: 0, full: 0 },
      compaction: COMPACTION,
    });
    return this.#watched(store);
  }

  crash(): void {
    this.#disk = this.#disk.crash(lossByChance(new Chance(this.#parts.chance.integer(0, 2 ** 31))));
  }

  rot(): boolean {
    return false; // test/simulation/segments/rot.test.ts rots every byte of an engine
  }

  replace(): void {
    this.#disk = emptyDisk();
    this.shards.clear();
    this.notes = BLANK_NOTES;
  }

  async #step<T>(life: Incarnation, run: () => T): Promise<T> {
    const { time, chance } = this.#parts;
    await time.sleep(this.slownessMs * PACE * chance.fraction());
    return life.alive ? run() : never();
  }

  /** The engine, with a note of every commit and deletion that it reports. */
  #watched(store: ShardStore): ShardStore {
    const special: Partial<ShardStore> = {
      append: async (request) => this.#watchedWriter(request, await store.append(request)),
      delete: async (keys: readonly ShardKey[]) => {
        const count = await store.delete(keys);
        for (const key of keys) this.shards.delete(shardKeyText(key));
        return count;
      },
    };
    return new Proxy(store, {
      get: (_target, name) => {
        const own: unknown = Reflect.get(special, name);
        if (own !== undefined) return own;
        const value: unknown = Reflect.get(store, name);
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    });
  }

  #watchedWriter(request: AppendRequest, writer: ShardWriter): ShardWriter {
    const parts: Buffer[] = [];
    return {
      write: (chunk) => {
        parts.push(Buffer.from(chunk));
        return writer.write(chunk);
      },
      abort: () => writer.abort(),
      commit: async (record) => {
        const receipt = await writer.commit(record);
        const shard = { stat: request, bytes: Buffer.concat(parts), record, rotten: false };
        this.shards.set(shardKeyText(request.key), shard);
        this.#parts.onCommit(shard);
        return receipt;
      },
    };
  }
}
