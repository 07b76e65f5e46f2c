// The metadata plane of this node.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Bus } from '../bus/connection.ts';
import type { Config } from '../config/config.ts';
import type { NodeId } from '../core/ids.ts';
import type { Durability, MetadataPlane } from '../metadata/metadata-store.ts';
import { openMetadata } from '../metadata/open-metadata.ts';
import { systemFiles } from '../platform/files.ts';
import { holdsSegments } from '../segments/holds-segments.ts';
import type { Runtime } from './node-settings.ts';
import { natsServers } from './stream-replicas.ts';

export interface MetadataPlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly bus: Bus;
  readonly directory: string;
  /** Where the shards of this node lie. */
  readonly segments: string;
  /** Where it is (`s3d rebuild-metadata --apply`), a lost stream is restored from the view of this node. */
  readonly restoreMarker: string;
}

export async function startMetadata(plan: MetadataPlan, runtime: Runtime): Promise<MetadataPlane> {
  const { config, self, bus, directory, segments, restoreMarker } = plan;
  const restores = existsSync(restoreMarker);
  const plane = await openMetadata({
    restores,
    holdsShards: await holdsSegments(systemFiles, segments),
    connection: bus.control,
    self,
    servers: natsServers(config),
    directory,
    durability: durabilityOf(config),
    clock: runtime.clock,
    random: runtime.random,
    logger: runtime.log.child({ part: 'metadata' }),
    metrics: runtime.metrics,
  });
  if (restores) await rm(restoreMarker, { force: true });
  return plane;
}

function durabilityOf({ nats }: Config): Durability {
  if (nats.allowUnsafeSync) return 'unsafe';
  return nats.urls.length > 0 ? 'asserted' : 'supervised';
}
