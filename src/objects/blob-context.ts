// What reading and writing blobs needs from the process around it.

import type { NodeId } from '../core/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Random } from '../platform/random.ts';
import type { ErasureCode } from '../shards/erasure-code.ts';
import type { ShardClient } from '../shards/shard-client.ts';
import type { DamageReporter } from './damage-reports.ts';
import type { StripeBuffers } from './stripe-buffers.ts';

/** How new blobs are coded. */
export interface Coding {
  readonly k: number;
  readonly m: number;
  /** Shards that must be durable before a write is acknowledged: K … K+M. */
  readonly floor: number;
}

/** The ring of the current epoch, as far as placement needs it. */
export interface PlacementRing {
  readonly epoch: number;
  /** Every node once, in this object's order of preference. */
  order(objectHash: Uint8Array): readonly NodeId[];
}

export interface BlobContext {
  readonly self: NodeId;
  readonly coding: Coding;
  readonly ring: () => PlacementRing;
  readonly erasureCode: (k: number, m: number) => ErasureCode;
  readonly shards: ShardClient;
  readonly buffers: StripeBuffers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told of shards that their node does not have or cannot read. */
  readonly damage?: DamageReporter;
}
