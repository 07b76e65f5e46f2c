// predastore down [CLUSTER]: drains and ends what `up` started.

import { say, type Command } from './command.ts';
import { namedCluster } from './clusters.ts';

export const down: Command = {
  parameters: '[CLUSTER]',
  summary: 'stop a cluster on this machine',
  run: async (args) => {
    const stopped = await namedCluster(args).stopAll();
    say(stopped === 0 ? 'nothing was running' : `stopped ${stopped} nodes`);
    return 0;
  },
};
