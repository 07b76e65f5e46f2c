// predastore clean [CLUSTER]: stops a cluster and removes its directory, data and key included.

import { say, type Command } from './command.ts';
import { namedCluster } from './clusters.ts';

export const clean: Command = {
  parameters: '[CLUSTER]',
  summary: 'stop a cluster on this machine and remove all of its data',
  run: async (args) => {
    const cluster = namedCluster(args);
    await cluster.remove();
    say(`removed ${cluster.directory}`);
    return 0;
  },
};
