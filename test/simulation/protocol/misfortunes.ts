// What happens to a simulated cluster: one misfortune after another, each with an end.
//
// Invariant: data is destroyed only as far as M nodes' worth: a shard rots, or a disk is replaced by an empty one, only where every other
// shard of its blobs is whole and nothing is being written that may still refer to it.

import { nodeId } from '../../../src/core/ids.ts';
import { METADATA_PATIENCE_MS } from '../../../src/core/limits.ts';
import type { SeededChance } from '../../support/seeded-chance.ts';
import { LATE_MS, type SimMetadata } from './sim-metadata.ts';
import { nextRing } from './sim-ring.ts';
import type { NodeDisk } from './sim-store.ts';
import type { SimNetwork } from './sim-network.ts';
import type { SimTime } from './sim-time.ts';
import type { Inventory } from './inventory.ts';

export const MISFORTUNES = [
  'crash',
  'crash',
  'crash-all',
  'partition',
  'one-way',
  'no-quorum',
  'slow',
  'late-commits',
  'full',
  'slow-disk',
  'rot',
  'new-disk',
  'clock-jump',
  'ring-change',
] as const;
/** `freeze` lasts longer than a grace for orphans: only where that is short. */
export type MisfortuneName = (typeof MISFORTUNES)[number] | 'freeze';

/** What a misfortune may do to the world. */
export interface TroubledWorld {
  readonly time: SimTime;
  readonly ids: readonly number[];
  readonly network: SimNetwork;
  readonly metadata: SimMetadata;
  readonly disks: ReadonlyMap<number, NodeDisk>;
  readonly inventory: Inventory;
  crash(id: number): void;
  startAgain(id: number): void;
  mend(): void;
  hurry(): void;
  skew(id: number, skewMs: number): void;
  alone<T>(work: () => T): Promise<T | undefined>;
}

type End = (() => void) | undefined;
type Beginning = (node: number, other: number) => End | Promise<End>;

/** A commit that was held up arrives by then, or never. */
const LATE_COMMIT_MS = METADATA_PATIENCE_MS + LATE_MS;
const SKEW_MAX_MS = 60_000;

export class Nemesis {
  readonly #world: TroubledWorld;
  readonly #chance: SeededChance;
  readonly #from: readonly MisfortuneName[];
  #heldUpMs = -Infinity;

  constructor(world: TroubledWorld, chance: SeededChance, from: readonly MisfortuneName[] = MISFORTUNES) {
    this.#world = world;
    this.#chance = chance;
    this.#from = from;
  }

  async run(isQuiet: () => boolean): Promise<void> {
    const chance = this.#chance;
    const { time } = this.#world;
    while (!isQuiet() && this.#from.length > 0) {
      await time.sleep(chance.integer(20, 1_500));
      const lastsMs = chance.chance(0.7) ? chance.integer(50, 4_000) : chance.integer(4_000, 20_000);
      const end = await this.#begin(chance.pick(this.#from));
      await time.sleep(end === undefined ? 0 : lastsMs);
      end?.();
      if (this.#world.metadata.cutOff.size > 0) throw new Error('a misfortune did not end');
    }
  }

  async #begin(name: MisfortuneName): Promise<(() => void) | undefined> {
    const [node, other] = this.#chance.shuffled(this.#world.ids) as [number, number];
    this.#world.time.note(`${name} ${node}`);
    return this.#beginnings[name](node, other);
  }

  readonly #beginnings: Readonly<Record<MisfortuneName, Beginning>> = {
    crash: (node) => {
      this.#world.crash(node);
      return () => this.#world.startAgain(node);
    },
    'crash-all': () => {
      for (const id of this.#world.ids) this.#world.crash(id);
      return () => this.#world.ids.forEach((id) => this.#world.startAgain(id));
    },
    partition: (node) => {
      for (const peer of this.#world.ids) this.#cut(node, peer);
      this.#world.metadata.cutOff.add(node);
      return () => this.#mend();
    },
    'one-way': (node, other) => {
      this.#world.network.cut(node, other);
      return () => this.#mend();
    },
    'no-quorum': (node) => {
      this.#world.metadata.cutOff.add(node);
      return () => this.#mend();
    },
    slow: () => {
      const { network, metadata } = this.#world;
      network.slowness = this.#chance.integer(10, 200);
      metadata.slowness = network.slowness / 4;
      return () => this.#world.hurry();
    },
    'late-commits': async (node) => {
      // Commits succeed, but take seconds; when some are under way all nodes but one die, and do not say what they hold.
      this.#world.metadata.slowness = this.#chance.integer(1_500, 2_500);
      await this.#world.time.sleep(this.#chance.integer(1_000, 4_000));
      const others = this.#world.ids.filter((id) => id !== node);
      for (const id of others) this.#world.crash(id);
      return () => {
        // What the dead had sent may still arrive, and name shards of a disk that is replaced now.
        this.#heldUpMs = this.#world.time.nowMs;
        this.#world.hurry();
        for (const id of others) this.#world.startAgain(id);
      };
    },
    freeze: async (node) => {
      const { time, metadata } = this.#world;
      metadata.frozen.add(node);
      await time.sleep(this.#chance.integer(32_000, 45_000));
      metadata.frozen.delete(node);
      if (this.#chance.chance(0.5)) return () => undefined;
      metadata.dying.add(node);
      await time.sleep(60);
      this.#world.crash(node);
      metadata.dying.delete(node);
      return () => this.#world.startAgain(node);
    },
    full: (node) => {
      const disk = this.#diskOf(node);
      disk.full = true;
      return () => (disk.full = false);
    },
    'slow-disk': (node) => {
      const disk = this.#diskOf(node);
      disk.slownessMs = this.#chance.integer(100, 6_000);
      return () => (disk.slownessMs = 2);
    },
    'clock-jump': (node) => {
      this.#world.skew(node, this.#chance.integer(-SKEW_MAX_MS, SKEW_MAX_MS));
      return undefined;
    },
    'ring-change': (node) => {
      const { metadata } = this.#world;
      metadata.changeRing(nextRing(metadata.ring, nodeId(node)));
      return () => undefined;
    },
    rot: async (node) => {
      await this.#undisturbed(() => this.#rot(node));
      return undefined;
    },
    'new-disk': (node) => this.#undisturbed(() => this.#newDisk(node)),
  };

  #diskOf(node: number): NodeDisk {
    return this.#world.disks.get(node)!;
  }

  #cut(node: number, peer: number): void {
    this.#world.network.cut(node, peer);
    this.#world.network.cut(peer, node);
  }

  #mend(): void {
    if (this.#world.metadata.cutOff.size > 0) this.#heldUpMs = this.#world.time.nowMs;
    this.#world.mend();
  }

  /** Does something while nobody writes and no late commit is under way. */
  async #undisturbed<T>(work: () => T): Promise<T | undefined> {
    const { time } = this.#world;
    if (time.nowMs < this.#heldUpMs + LATE_COMMIT_MS) return undefined;
    return this.#world.alone(work);
  }

  #rot(node: number): void {
    const world = this.#world;
    const names = world.inventory.spare(node);
    if (names.length === 0) return;
    const name = this.#chance.pick(names);
    if (world.disks.get(node)!.rot(name)) world.inventory.destroyed.add(`${node} ${name}`);
  }

  #newDisk(node: number): (() => void) | undefined {
    const world = this.#world;
    const spare = new Set(world.inventory.spare(node));
    const needed = [...world.inventory.needed()].filter((shard) => shard.node === node);
    if (!needed.every(({ name }) => spare.has(name))) return undefined;
    world.crash(node);
    world.disks.get(node)!.replace();
    for (const { name } of needed) world.inventory.destroyed.add(`${node} ${name}`);
    return () => world.startAgain(node);
  }
}
