// predastore up [-w] [CLUSTER]: every node of a cluster in the background.

import { say, type Command } from './command.ts';
import { awsEnvironment, namedCluster, servingNodes } from './clusters.ts';
import { ensureNats } from './ensure-nats.ts';

const READY_LIMIT_MS = 120_000;

export const up: Command = {
  parameters: '[-w] [CLUSTER]',
  summary: 'start a cluster on this machine; -w waits until it is ready',
  run: async (args) => {
    const cluster = namedCluster(args, ['-w']);
    await cluster.prepare();
    await ensureNats();
    const started = [];
    for (const { id } of cluster.nodes) if (await cluster.start(id)) started.push(id);
    const others = cluster.nodes.length - started.length;
    say(
      `started ${started.length} nodes${others === 0 ? '' : `, ${others} ran already`}; logs in ${cluster.directory}/logs`,
    );
    if (!args.includes('-w')) return 0;
    await cluster.untilReady(servingNodes(cluster), READY_LIMIT_MS);
    say('ready');
    for (const line of awsEnvironment(cluster)) say(line);
    return 0;
  },
};
