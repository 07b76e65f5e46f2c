// The state of a node in the words of Spinifex's status contract: strings in snake case, one boolean.

import { natsNodes, type Config } from '../config/config.ts';
import type { AdminStatusReply } from '../contracts/generated/messages.ts';
import type { NodeId } from '../core/ids.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import { natsServerName } from './nats-conf.ts';
import { predastoreVersion } from './version.ts';

export async function adminStatusOf(
  config: Config,
  self: NodeId,
  metadata: MetadataPlane,
): Promise<AdminStatusReply> {
  const status = await metadata.status();
  const leader = natsNodes(config).find((node) => natsServerName(node) === status.leader);
  const isLeader = leader?.id === self;
  return {
    node_id: String(self),
    state: stateOf(status, isLeader),
    leader: status.leader,
    leader_addr: leader === undefined ? '' : `${leader.natsServer.host}:${leader.natsServer.port}`,
    // JetStream does not tell its Raft term to clients.
    term: '0',
    commit_index: String(status.lastRevision),
    applied_index: String(status.safeRevision),
    is_leader: isLeader,
    objects: status.objects,
    buckets: status.buckets,
    version: predastoreVersion(),
  };
}

function stateOf(status: { fenced: boolean; reachable: boolean; leader: string }, isLeader: boolean): string {
  if (status.fenced) return 'Fenced';
  if (!status.reachable || status.leader === '') return 'Unavailable';
  return isLeader ? 'Leader' : 'Follower';
}
