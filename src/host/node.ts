// One process of the cluster: its parts, built and started in order, drained in the reverse one.
//
// Owns: the order, and nothing of what the parts do. Refuses: flags, environment and signals (src/bin).

import { loadMasterKey } from '../platform/master-key.ts';
import { claimDataDirectory, dataDirectoryOf, releaseDataDirectory } from './data-directory.ts';
import { Lifecycle } from './lifecycle.ts';
import type { NodeSettings, Runtime } from './node-settings.ts';
import { startBus } from './start-bus.ts';
import { startNatsServer } from './start-nats-server.ts';
import { loadTls } from './start-tls.ts';
import { natsNodes } from '../config/config.ts';

/** From the first signal to the end of the process. */
export const DRAIN_LIMIT_MS = 30_000;

export interface RunningNode {
  /** Drains and stops everything within DRAIN_LIMIT_MS. Calling it twice is harmless. */
  stop(): Promise<void>;
}

/** Resolves when the node answers requests; stops what it has started when a part cannot be. */
export async function startNode(settings: NodeSettings, runtime: Runtime): Promise<RunningNode> {
  const parts = new Lifecycle(runtime.clock, runtime.log);
  const node = { stop: () => parts.stop(DRAIN_LIMIT_MS) };
  try {
    await startParts(parts, settings, runtime);
    return node;
  } catch (error) {
    await node.stop();
    throw error;
  }
}

async function startParts(parts: Lifecycle, settings: NodeSettings, runtime: Runtime): Promise<void> {
  const { config, node } = settings;
  for (const notice of config.notices) runtime.log.warn(notice);
  const masterKey = await loadMasterKey(settings.encryptionKeyFile);
  const directory = dataDirectoryOf(settings.basePath, node.id);
  await parts.start(
    'data directory',
    () => claimDataDirectory(directory),
    () => releaseDataDirectory(directory),
  );
  await loadTls(settings, directory.certificates, runtime);

  const own = natsNodes(config).find(({ id }) => id === node.id);
  if (own !== undefined) {
    const plan = { node: own, directory: directory.nats, masterKey };
    await parts.start(
      'nats-server',
      () => startNatsServer(settings, plan, runtime),
      (server) => server.stop(),
    );
  }
  const nearest = own && `nats://${own.natsServer.host}:${own.natsServer.port}`;
  await parts.start(
    'bus',
    () =>
      startBus(
        {
          config,
          masterKey,
          role: 'node',
          name: `predastore-${node.id}`,
          ...(nearest === undefined ? {} : { nearest }),
        },
        runtime,
      ),
    (bus) => bus.close(),
  );
}
