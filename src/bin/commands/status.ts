// predastore status [CLUSTER]: how every node is.

import { say, type Command } from './command.ts';
import { namedCluster } from './clusters.ts';
import { ClusterWatcher, describeNode } from './cluster-state.ts';

export const status: Command = {
  parameters: '[CLUSTER]',
  summary: 'show how every node of a cluster is',
  run: async (args) => {
    const watcher = new ClusterWatcher(namedCluster(args));
    const nodes = await watcher.look();
    await watcher.close();
    for (const node of nodes) say(describeNode(node));
    return nodes.every((node) => node.ready) ? 0 : 1;
  },
};
