// How a simulated cluster is set up, where a canary may plant its bug, and what a history reports.

import type { MaintenancePlan } from '../../../src/maintenance/maintenance.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import type { ObjectContext } from '../../../src/objects/object-context.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import type { ShardClient } from '../../../src/shards/shard-client.ts';
import type { MisfortuneName } from './misfortunes.ts';
import type { EngineDisk } from './sim-engine.ts';
import type { NodeDisk, SimDisk } from './sim-store.ts';
import type { Inventory } from './inventory.ts';
import type { SimMetadata } from './sim-metadata.ts';

/** What a planted bug may reach of the world. */
export interface PlantedWorld {
  readonly metadata: SimMetadata;
  readonly disks: ReadonlyMap<number, NodeDisk>;
  readonly inventory: Inventory;
}

export interface WorldOptions {
  readonly seed: number;
  readonly nodes?: number;
  readonly clients?: number;
  readonly operations?: number;
  readonly keys?: number;
  readonly graceMs?: number;
  /** `real`: the storage engine itself on a simulated disk, with small bodies; absent: one that keeps its promises, faster. */
  readonly engine?: 'real';
  /** What may happen to the cluster; absent: everything. */
  readonly misfortunes?: readonly MisfortuneName[];
  /** Ends with the last operation: nothing is healed, waited for and read again. For canaries that are caught before. */
  readonly endsEarly?: boolean;
  /** Replaces a layer by one with a planted bug. */
  readonly plant?: Plant;
}

/** Where canaries live: every hook gets the honest layer and gives back what the nodes use in its place. */
export interface Plant {
  readonly context?: (context: ObjectContext, world: PlantedWorld) => ObjectContext;
  readonly store?: (store: ShardStore, world: PlantedWorld, node: number) => ShardStore;
  readonly metadata?: (metadata: MetadataPlane, world: PlantedWorld, node: number) => MetadataPlane;
  readonly shards?: (shards: ShardClient, world: PlantedWorld) => ShardClient;
  readonly disk?: (disk: SimDisk) => void;
  readonly engine?: (disk: EngineDisk) => void;
  readonly maintenance?: (plan: MaintenancePlan) => MaintenancePlan;
  /** What rebuilding writes through, where that is not `context`. */
  readonly repair?: (context: ObjectContext, world: PlantedWorld) => ObjectContext;
  readonly reclaimGraceMs?: number;
  readonly reclaimIntervalMs?: number;
  readonly floor?: number;
  /** Runs beside everything else, once a simulated second. */
  readonly everySecond?: (world: PlantedWorld) => Promise<void> | void;
}

export interface HistoryReport {
  readonly seed: number;
  readonly operations: number;
  readonly answered: number;
  readonly unknown: number;
  readonly steps: number;
  readonly simulatedMs: number;
  readonly trace: string;
  /** Empty: everything held. */
  readonly violations: readonly string[];
}
