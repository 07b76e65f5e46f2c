// predastore env [CLUSTER]: lines for a shell, `eval "$(predastore env)"`, that make AWS tools use the cluster.

import { awsEnvironment, endpointsOf, namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';

export const env: Command = {
  parameters: '[--endpoints] [CLUSTER]',
  summary: 'print AWS_… variables for a shell, or all endpoints',
  run: (args) => {
    const cluster = namedCluster(args, ['--endpoints']);
    if (args.includes('--endpoints')) say(endpointsOf(cluster).join(','));
    else for (const line of awsEnvironment(cluster)) say(line);
    return Promise.resolve(0);
  },
};
