// The metadata plane of this node.

import type { Bus } from '../bus/connection.ts';
import type { Config } from '../config/config.ts';
import type { NodeId } from '../core/ids.ts';
import type { Durability, MetadataPlane } from '../metadata/metadata-store.ts';
import { openMetadata } from '../metadata/open-metadata.ts';
import type { Runtime } from './node-settings.ts';
import { natsServers } from './stream-replicas.ts';

export interface MetadataPlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly bus: Bus;
  readonly directory: string;
}

export function startMetadata(plan: MetadataPlan, runtime: Runtime): Promise<MetadataPlane> {
  const { config, self, bus, directory } = plan;
  return openMetadata({
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
}

function durabilityOf({ nats }: Config): Durability {
  if (nats.allowUnsafeSync) return 'unsafe';
  return nats.urls.length > 0 ? 'asserted' : 'supervised';
}
