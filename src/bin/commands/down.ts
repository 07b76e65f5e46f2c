// predastore down [CLUSTER]: drains and ends what `up` started.

import { say, type Command } from './command.ts';
import { namedCluster } from './clusters.ts';

export const down: Command = {
  parameters: '[CLUSTER]',
  summary: 'stop a cluster on this machine',
  run: async (args) => {
    const cluster = namedCluster(args);
    const stopped = await cluster.stopAll();
    say(stopped === 0 ? 'nothing was running' : `stopped ${stopped} nodes`);
    const left = await cluster.strangers();
    for (const stranger of left) say(stranger);
    return left.length === 0 ? 0 : 1;
  },
};
