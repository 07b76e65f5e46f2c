// Who is in the cluster: the configuration says where nodes are, the members' own records say which key each has, and where
// those are that joined after the file was written.
//
// Invariant: a key is known from the configuration (`peer_id`) or from a record that only holders of the cluster's NATS
// credentials can write; every other identity is a stranger.

import { storageNodes, type Config, type StorageNode } from '../config/config.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { MemberTable } from '../metadata/metadata-store.ts';
import type { NodeLocation } from '../shards/node-shard-client.ts';
import type { PeerId } from '../transport/transport.ts';

/** Refuses a key that is not the one the configuration pins for this node. */
export function requirePinnedKey(node: StorageNode, peerId: PeerId, keyFile: string): void {
  const pinned = node.storage.peerId;
  if (pinned === undefined || pinned === peerId) return;
  const mend = `Set peer_id = "${peerId}" in [[storage]] of node ${node.id}, or restore the key of the node.`;
  throw new PredastoreError('invalid-key-file', `${keyFile} is not the key that is pinned. ${mend}`);
}

export class ClusterMembership {
  readonly #nodes: ReadonlyMap<NodeId, StorageNode>;
  readonly #members: MemberTable;
  #keys: ReadonlyMap<NodeId, PeerId> = new Map();
  #peers: ReadonlySet<PeerId> = new Set();

  constructor(config: Config, members: MemberTable) {
    this.#nodes = new Map(storageNodes(config).map((node) => [node.id, node]));
    this.#members = members;
    members.onChange(() => this.#refresh());
    this.#refresh();
  }

  /** Whether an identity may talk to us. */
  readonly isMember = (peer: PeerId): boolean => this.#peers.has(peer);

  /** Where a node is and who it must prove to be; undefined while it has not introduced itself. */
  readonly locate = (id: NodeId): NodeLocation | undefined => {
    const peerId = this.#keys.get(id);
    // This node may reach the others at addresses of its own; a node that the file does not know says where it is.
    const address = this.#nodes.get(id)?.storage ?? this.#members.list().find((record) => record.id === id);
    if (address === undefined || peerId === undefined) return undefined;
    return { address: { host: address.host, port: address.port }, peerId };
  };

  /** Storage nodes whose key is known. */
  get knownNodes(): number {
    return this.#keys.size;
  }

  #refresh(): void {
    const keys = new Map<NodeId, PeerId>(this.#members.list().map(({ id, peerId }) => [id, peerId]));
    for (const [id, { storage }] of this.#nodes) {
      if (storage.peerId !== undefined) keys.set(id, storage.peerId);
    }
    this.#keys = keys;
    this.#peers = new Set(keys.values());
  }
}
