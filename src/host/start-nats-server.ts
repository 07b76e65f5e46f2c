// The NATS server of this node, when the configuration gives it one.

import { join } from 'node:path';
import type { NatsNode } from '../config/config.ts';
import { ensureNatsServer } from './nats-binary.ts';
import { natsServerName, renderNatsConf } from './nats-conf.ts';
import { NatsSupervisor } from './nats-supervisor.ts';
import type { NodeSettings, Runtime } from './node-settings.ts';
import { PROJECT_DIRECTORY } from './version.ts';

/** Where a fetched nats-server is kept, shared by every node of a checkout. */
export const CACHE_DIRECTORY = join(PROJECT_DIRECTORY, '.cache');

export interface NatsServerPlan {
  readonly node: NatsNode;
  readonly directory: string;
  readonly masterKey: Uint8Array;
}

export async function startNatsServer(
  settings: NodeSettings,
  plan: NatsServerPlan,
  runtime: Runtime,
): Promise<NatsSupervisor> {
  const log = runtime.log.child({ part: 'nats-server' });
  const { node, directory, masterKey } = plan;
  const binary = await ensureNatsServer({
    cacheDirectory: CACHE_DIRECTORY,
    environmentPath: settings.natsServerBinary,
    log,
  });
  return NatsSupervisor.start({
    binary,
    directory,
    conf: renderNatsConf({ config: settings.config, node, directory, masterKey }),
    serverName: natsServerName(node),
    host: node.natsServer.host,
    port: node.natsServer.port,
    clock: runtime.clock,
    random: runtime.random,
    log,
  });
}
