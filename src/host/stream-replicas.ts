// How many copies a stream of ours has.

import { natsNodes, type Config } from '../config/config.ts';

/** Three survive the loss of one server, and more only make writes slower. */
const REPLICAS_MAX = 3;

/** Servers with JetStream, as far as the configuration tells. */
export function natsServers(config: Config): number {
  return config.nats.urls.length > 0 ? config.nats.replicas : natsNodes(config).length;
}

export function streamReplicas(config: Config): number {
  return Math.min(REPLICAS_MAX, natsServers(config));
}
