// What the tasks of maintenance share: this node's shards, everybody's blobs, and a pace.
//
// Every node looks after its own shards and nobody else's. So a node that is away, starting or slow is never taken for one
// that lost data: the only one who can say that a shard is gone is the process that has the index open.

import type { NodeId } from '../core/ids.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import type { BlobContext } from '../objects/blob-context.ts';
import type { MoveRing } from '../objects/shard-moves.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import type { Notebook } from './notebook.ts';
import type { Pace } from './pace.ts';

export interface MaintenanceContext {
  readonly self: NodeId;
  readonly metadata: MetadataPlane;
  /** The shards of this node. */
  readonly store: ShardStore;
  /** For rebuilding: reads from every node, writes to this one. */
  readonly objects: BlobContext;
  /** The ring in force: who should have what. */
  readonly ring: MoveRing;
  readonly notebook: Notebook;
  /** Shared by everything that moves shards. */
  readonly pace: Pace;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
