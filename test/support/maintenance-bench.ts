// A maintenance context over a real metadata plane and a real store of shards, for node 1 alone.

import { StripeBuffers } from '../../src/objects/stripe-buffers.ts';
import { join } from 'node:path';
import { composeWriteId, nodeId, type WriteId } from '../../src/core/ids.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import type { MaintenanceContext } from '../../src/maintenance/maintenance-context.ts';
import { Notebook } from '../../src/maintenance/notebook.ts';
import { Pace } from '../../src/maintenance/pace.ts';
import type { MetadataPlane } from '../../src/metadata/metadata-store.ts';
import { systemClock, type Clock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import type { ShardStore } from '../../src/segments/shard-store.ts';
import { createErasureCode } from '../../src/shards/reed-solomon.ts';
import { createRing } from '../../src/shards/ring.ts';
import { MemoryShards } from './memory-shards.ts';
import { store as append } from './segment-stores.ts';

export const SELF = nodeId(1);
const HOUR_MS = 3_600_000;

export interface BenchParts {
  readonly directory: string;
  readonly plane: MetadataPlane;
  readonly store: ShardStore;
  readonly clock?: Clock;
}

export async function maintenanceContext(parts: BenchParts): Promise<MaintenanceContext> {
  const { directory, plane, store, clock = systemClock } = parts;
  const ring = createRing({ epoch: 1, nodes: [1, 2, 3].map((id) => ({ id: nodeId(id), weight: 1 })) });
  return {
    self: SELF,
    metadata: plane,
    store,
    objects: {
      self: SELF,
      coding: { k: 2, m: 1, floor: 2 },
      ring: () => ring,
      erasureCode: createErasureCode,
      buffers: new StripeBuffers(),
      shards: new MemoryShards(3),
      clock,
      random: systemRandom,
      logger: silentLogger,
    },
    ring: { epoch: 1, members: new Map(), order: (hash) => ring.order(hash) },
    notebook: await Notebook.open(join(directory, 'maintenance.json'), silentLogger),
    pace: new Pace(clock, 1e12),
    clock,
    logger: silentLogger,
    metrics: noMetrics,
  };
}

/** A write that began an hour ago. */
export function oldWrite(): WriteId {
  return composeWriteId(Date.now() - HOUR_MS, SELF, systemRandom.bytes(8));
}

/** Stores a shard of that write on this node. */
export async function storeShard(store: ShardStore, writeId: WriteId, index = 0): Promise<ShardKey> {
  const key = { writeId, index };
  await append(store, key, 10_000);
  return key;
}
