// What objects and buckets are, on top of this node's planes.

import { CommitTurns } from '../objects/commit-turns.ts';
import { createBucketStore } from '../buckets/stored-buckets.ts';
import type { BucketStore } from '../buckets/bucket-store.ts';
import type { Config } from '../config/config.ts';
import type { NodeId } from '../core/ids.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import type { PlacementRing } from '../objects/blob-context.ts';
import { DamageReports } from '../objects/damage-reports.ts';
import { StripeBuffers } from '../objects/stripe-buffers.ts';
import type { MultipartStore } from '../objects/multipart-store.ts';
import type { ObjectContext } from '../objects/object-context.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { createObjectStore } from '../objects/stored-objects.ts';
import { createMultipartStore } from '../objects/stored-uploads.ts';
import { createErasureCode } from '../shards/reed-solomon.ts';
import type { ShardClient } from '../shards/shard-client.ts';
import type { Runtime } from './node-settings.ts';

export interface ObjectsPlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly metadata: MetadataPlane;
  readonly shards: ShardClient;
  /** In force at this moment. */
  readonly ring: PlacementRing;
}

export interface Stores {
  readonly objects: ObjectStore;
  readonly multipart: MultipartStore;
  readonly buckets: BucketStore;
}

/** What operations on objects are done with; maintenance uses the same. */
export function createObjectContext(
  { config, self, metadata, shards, ring }: ObjectsPlan,
  runtime: Runtime,
): ObjectContext {
  const { clock, random } = runtime;
  const { dataShards, parityShards, writeFloor } = config.erasure;
  const logger = runtime.log.child({ part: 'objects' });
  return {
    self,
    coding: { k: dataShards, m: parityShards, floor: writeFloor },
    ring: () => ring,
    turns: new CommitTurns(),
    erasureCode: createErasureCode,
    shards,
    buffers: new StripeBuffers(),
    metadata,
    clock,
    random,
    logger,
    damage: new DamageReports({ metadata, clock, logger }),
  };
}

export function createStores(context: ObjectContext): Stores {
  const { metadata, clock, random } = context;
  return {
    objects: createObjectStore(context),
    multipart: createMultipartStore(context),
    buckets: createBucketStore({ metadata, clock, random }),
  };
}

/** Makes sure that the buckets of the configuration exist. */
export async function declareBuckets(config: Config, buckets: BucketStore): Promise<void> {
  for (const { name, region, accountId, public: isPublic } of config.buckets) {
    await buckets.declare({ name, region, account: accountId, public: isPublic });
  }
}
