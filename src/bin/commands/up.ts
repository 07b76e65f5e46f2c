// predastore up [-w] [CLUSTER]: every node of a cluster in the background.

import { say, type Command } from './command.ts';
import { awsEnvironment, namedCluster, servingNodes } from './clusters.ts';
import { ensureNats } from './ensure-nats.ts';

const READY_LIMIT_MS = 120_000;

export const up: Command = {
  parameters: '[-w] [CLUSTER]',
  summary: 'start a cluster on this machine; -w waits until it is ready',
  run: async (args) => {
    const cluster = namedCluster(args);
    await cluster.prepare();
    await ensureNats();
    for (const node of cluster.nodes) await cluster.start(node.id);
    say(`started ${cluster.nodes.length} nodes; logs in ${cluster.directory}/logs`);
    if (!args.includes('-w')) return 0;
    await cluster.untilReady(servingNodes(cluster), READY_LIMIT_MS);
    say('ready');
    for (const line of awsEnvironment(cluster)) say(line);
    return 0;
  },
};
