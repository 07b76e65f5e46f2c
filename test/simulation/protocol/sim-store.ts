// A storage engine that keeps the promises of shard-store.ts on a simulated disk: what was committed survives a crash, what was
// not may or may not.
//
// Most histories run on it, because it is fast; some run on the real engine (sim-engine.ts).

import { createHash } from 'node:crypto';
import type { ByteRange } from '../../../src/core/body.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import type { Notes } from '../../../src/maintenance/notebook.ts';
import { shardKeyText, type ShardKey } from '../../../src/core/shard-key.ts';
import type {
  AppendRequest,
  CompactionReport,
  ShardReader,
  ShardStat,
  ShardStore,
  ShardVerdict,
  ShardWriter,
  StoreStatus,
} from '../../../src/segments/shard-store.ts';
import type { SeededChance } from '../../support/seeded-chance.ts';
import { never, type Incarnation, type SimTime } from './sim-time.ts';

export interface HeldShard {
  readonly stat: ShardStat;
  readonly bytes: Buffer;
  readonly record: Uint8Array;
  /** A bit of it flipped: reading fails. */
  rotten: boolean;
}

const CHUNK_BYTES = 32 * 1024;
export const BLANK_NOTES: Notes = {
  v: 1,
  stream: '',
  scrub: { after: '', startedMs: 0, shards: 0, damaged: 0, completedMs: 0 },
};

/** Shards by name, and a number that grows with every change. */
export class ShardMap extends Map<string, HeldShard> {
  version = 0;

  override set(name: string, shard: HeldShard): this {
    this.version += 1;
    return super.set(name, shard);
  }

  override delete(name: string): boolean {
    this.version += 1;
    return super.delete(name);
  }

  override clear(): void {
    this.version += 1;
    super.clear();
  }
}

/** What a node keeps when its process dies. */
export interface NodeDisk {
  /** What was committed and not deleted, as callers were told. */
  readonly shards: ShardMap;
  notes: Notes;
  full: boolean;
  /** Milliseconds that an operation takes at most. */
  slownessMs: number;
  open(life: Incarnation): Promise<ShardStore>;
  /** Power loss. */
  crash(): void;
  /** Has a shard fail to authenticate; false where that cannot be done to one shard alone. */
  rot(name: string): boolean;
  /** An empty disk takes its place. */
  replace(): void;
}

interface DiskParts {
  readonly time: SimTime;
  readonly chance: SeededChance;
  readonly onCommit: (shard: HeldShard) => void;
}

/** A disk whose engine is `SimStore`. */
export class SimDisk implements NodeDisk {
  readonly shards = new ShardMap();
  notes = BLANK_NOTES;
  full = false;
  slownessMs = 2;
  /** Lets a crash lose what was acknowledged: a disk that lies about fsync. For canaries only. */
  liesAboutSync = false;
  readonly #unsynced = new Set<() => void>();
  readonly #parts: DiskParts;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  open(life: Incarnation): Promise<ShardStore> {
    const { time, chance } = this.#parts;
    return Promise.resolve(new SimStore(this, life, { time, chance }) as unknown as ShardStore);
  }

  put(shard: HeldShard): void {
    const name = shardKeyText(shard.stat.key);
    this.shards.set(name, shard);
    this.#parts.onCommit(shard);
    if (!this.liesAboutSync) return;
    this.#unsynced.add(() => this.shards.delete(name));
  }

  crash(): void {
    for (const lose of this.#unsynced) lose();
    this.#unsynced.clear();
  }

  rot(name: string): boolean {
    const held = this.shards.get(name);
    if (held !== undefined) held.rotten = true;
    return held !== undefined;
  }

  replace(): void {
    this.shards.clear();
    this.notes = BLANK_NOTES;
  }
}

/** What the protocol asks of an engine; the rest of the interface is not simulated. */
type SimulatedStore = Pick<
  ShardStore,
  | 'append'
  | 'read'
  | 'stat'
  | 'record'
  | 'delete'
  | 'verify'
  | 'keys'
  | 'list'
  | 'status'
  | 'compact'
  | 'close'
>;

export class SimStore implements SimulatedStore {
  readonly #disk: SimDisk;
  readonly #life: Incarnation;
  readonly #time: SimTime;
  readonly #chance: SeededChance;

  constructor(disk: SimDisk, life: Incarnation, world: { time: SimTime; chance: SeededChance }) {
    this.#disk = disk;
    this.#life = life;
    this.#time = world.time;
    this.#chance = world.chance;
  }

  async append(request: AppendRequest): Promise<ShardWriter> {
    await this.#work();
    if (this.#disk.full) throw new PredastoreError('store-full', 'the simulated disk is full');
    const parts: Buffer[] = [];
    let isOver = false;
    return {
      write: async (chunk) => {
        await this.#work();
        if (isOver) throw new PredastoreError('internal', 'a write after the end');
        parts.push(Buffer.from(chunk));
      },
      commit: async (record) => {
        isOver = true;
        const bytes = Buffer.concat(parts);
        if (bytes.length !== request.lengthBytes)
          throw new PredastoreError('peer-protocol', 'the shard has another length than announced');
        await this.#commit({ stat: request, bytes, record, rotten: false }, request.replaces === true);
        return { nearFull: false };
      },
      abort: async () => {
        isOver = true;
      },
    };
  }

  async read(key: ShardKey, range?: ByteRange): Promise<ShardReader | undefined> {
    await this.#work();
    const held = this.#disk.shards.get(shardKeyText(key));
    if (held === undefined) return undefined;
    const start = Math.min(range?.start ?? 0, held.bytes.length);
    const end = Math.min(range?.end ?? held.bytes.length, held.bytes.length);
    const work = (): Promise<void> => this.#work();
    return {
      stat: held.stat,
      close: () => undefined,
      bytes: () =>
        (async function* () {
          for (let at = start; at < end; at += CHUNK_BYTES) {
            await work();
            if (held.rotten) throw new PredastoreError('shard-corrupt', 'a fragment does not authenticate');
            yield held.bytes.subarray(at, Math.min(end, at + CHUNK_BYTES));
          }
        })(),
    };
  }

  async stat(key: ShardKey): Promise<ShardStat | undefined> {
    await this.#work();
    return this.#disk.shards.get(shardKeyText(key))?.stat;
  }

  async record(key: ShardKey): Promise<Uint8Array | undefined> {
    await this.#work();
    return this.#disk.shards.get(shardKeyText(key))?.record;
  }

  async delete(keys: readonly ShardKey[]): Promise<number> {
    await this.#work();
    return keys.filter((key) => this.#disk.shards.delete(shardKeyText(key))).length;
  }

  async verify(key: ShardKey): Promise<ShardVerdict> {
    await this.#work();
    const held = this.#disk.shards.get(shardKeyText(key));
    if (held === undefined) return { kind: 'absent' };
    return held.rotten ? { kind: 'damaged', reason: 'rot' } : { kind: 'whole', stat: held.stat };
  }

  async keys(after: ShardKey | undefined, limit: number): Promise<readonly ShardKey[]> {
    return (await this.list(after, limit)).map(({ key }) => key);
  }

  async list(after: ShardKey | undefined, limit: number): Promise<readonly ShardStat[]> {
    await this.#work();
    const from = after === undefined ? '' : shardKeyText(after);
    return [...this.#disk.shards]
      .filter(([name]) => name > from)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([, { stat }]) => stat);
  }

  async status(): Promise<StoreStatus> {
    return {
      storeId: `sim-${this.#life.node}`,
      segments: 1,
      shards: this.#disk.shards.size,
      liveBytes: 0,
      deadBytes: 0,
      freeFraction: this.#disk.full ? 0 : 1,
      pressure: this.#disk.full ? 'full' : 'none',
    };
  }

  compact(): Promise<CompactionReport> {
    return Promise.resolve({ segments: 0, shards: 0, bytes: 0, stuckShards: 0, failedSegments: 0 });
  }

  async close(): Promise<void> {}

  async #commit(shard: HeldShard, replaces: boolean): Promise<void> {
    const name = shardKeyText(shard.stat.key);
    await this.#work();
    if (this.#disk.shards.has(name) && !replaces)
      throw new PredastoreError('shard-exists', 'already committed');
    this.#disk.put(shard);
    // Durable, but the answer still has to be given: a crash here is a commit that nobody heard of.
    await this.#work();
  }

  async #work(): Promise<void> {
    if (!this.#life.alive) return never();
    await this.#life.whileAlive(this.#time.sleep(this.#disk.slownessMs * this.#chance.fraction()));
  }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
