// predastore status [CLUSTER]: how every node is.

import { say, type Command } from './command.ts';
import { namedCluster } from './clusters.ts';
import { describeNode, readState } from './cluster-state.ts';

export const status: Command = {
  parameters: '[CLUSTER]',
  summary: 'show how every node of a cluster is',
  run: async (args) => {
    const state = await readState(namedCluster(args));
    for (const node of state) say(describeNode(node));
    return state.every((node) => node.ready) ? 0 : 1;
  },
};
