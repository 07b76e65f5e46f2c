// How this node is: for `s3.admin.status`, whose field names are the status contract of Spinifex, and for probes.

import type { AdminStatusReply } from '../contracts/generated/messages.ts';
import type { Config } from '../config/config.ts';
import { natsNodes } from '../config/config.ts';
import type { NodeId } from '../core/ids.ts';
import type { Readiness } from '../gateway/probes.ts';
import type { MetadataPlane, PlaneStatus } from '../metadata/metadata-store.ts';
import type { ClusterMembership } from './membership.ts';
import { natsServerName } from './nats-conf.ts';
import { predastoreVersion } from './version.ts';

export interface StatusSources {
  readonly config: Config;
  readonly self: NodeId;
  readonly metadata: MetadataPlane;
  readonly membership: ClusterMembership;
}

export async function adminStatusOf({ config, self, metadata }: StatusSources): Promise<AdminStatusReply> {
  const status = await metadata.status();
  const leader = natsNodes(config).find((node) => natsServerName(node) === status.leader);
  const isLeader = leader?.id === self;
  return {
    node_id: String(self),
    state: stateOf(status, isLeader),
    leader: status.leader,
    leader_addr: leader === undefined ? '' : `${leader.natsServer.host}:${leader.natsServer.port}`,
    // JetStream does not tell clients its term.
    term: '0',
    commit_index: String(status.lastRevision),
    applied_index: String(status.safeRevision),
    is_leader: isLeader,
    objects: status.objects,
    buckets: status.buckets,
    version: predastoreVersion(),
  };
}

function stateOf(status: PlaneStatus, isLeader: boolean): string {
  if (status.fenced) return 'Fenced';
  if (!status.reachable || status.leader === '') return 'Unavailable';
  return isLeader ? 'Leader' : 'Follower';
}

/** Whether requests sent here have a chance. */
export async function readinessOf({ config, metadata, membership }: StatusSources): Promise<Readiness> {
  const status = await metadata.status();
  if (status.fenced) return { ready: false, reason: 'metadata is fenced' };
  if (!status.reachable) return { ready: false, reason: 'metadata does not answer' };
  const { writeFloor } = config.erasure;
  if (membership.knownNodes < writeFloor) {
    return {
      ready: false,
      reason: `${membership.knownNodes} of ${writeFloor} needed storage nodes have joined`,
    };
  }
  return { ready: true };
}
