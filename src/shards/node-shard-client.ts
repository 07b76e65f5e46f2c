// The shard client of a node: every other node over the transport, this very process without it.
//
// Owns: one link per node, made on first use. Refuses: knowing who is a member (the caller's `resolve` does).

import { createShardClientMetrics, type ShardClientMetrics } from './operation-metrics.ts';
import { NodeLink } from './node-link.ts';
import { PeerPace } from './peer-pace.ts';
import { RemotePeer } from './remote-peer.ts';
import type { ByteRange } from '../core/body.ts';
import type { NodeId } from '../core/ids.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import type { Transport } from '../transport/transport.ts';
import type { NodeLocation } from './node-connection.ts';
import type {
  NodeCondition,
  ShardClient,
  ShardDescription,
  ShardGetOutcome,
  ShardPut,
  ShardUpload,
} from './shard-client.ts';
import type { ShardPeer } from './shard-peer.ts';

export type { NodeLocation } from './node-connection.ts';

export interface ShardClientOptions {
  readonly transport: Transport;
  /** The node of this process. */
  readonly self: NodeId;
  /** The storage of this process (`ShardServer.local`); absent where a process has none. Its shards cost no network. */
  readonly local?: ShardPeer;
  /** Where a node is now; asked again for every connection. */
  readonly resolve: (node: NodeId) => NodeLocation | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface RemoteNode {
  readonly link: NodeLink;
  readonly peer: RemotePeer;
}

class NodeShardClient implements ShardClient {
  readonly #options: ShardClientOptions;
  readonly #metrics: ShardClientMetrics;
  readonly #nodes = new Map<NodeId, RemoteNode>();
  readonly #paces = new Map<NodeId, PeerPace>();
  #closed = false;

  constructor(options: ShardClientOptions) {
    this.#options = options;
    this.#metrics = createShardClientMetrics(options.metrics);
  }

  put(node: NodeId, request: ShardPut): Promise<ShardUpload> {
    return this.#peer(node).put(request);
  }

  get(node: NodeId, key: ShardKey, range: ByteRange): Promise<ShardGetOutcome> {
    return this.#peer(node).get(key, range);
  }

  stat(node: NodeId, keys: readonly ShardKey[]): Promise<readonly boolean[]> {
    return this.#peer(node).stat(keys);
  }

  describe(node: NodeId, key: ShardKey): Promise<ShardDescription | undefined> {
    return this.#peer(node).describe(key);
  }

  remove(node: NodeId, keys: readonly ShardKey[]): Promise<number> {
    return this.#peer(node).remove(keys);
  }

  condition(node: NodeId): NodeCondition {
    if (this.isLocal(node)) return 'up';
    return this.#nodes.get(node)?.link.condition ?? 'up';
  }

  pace(node: NodeId): PeerPace {
    let pace = this.#paces.get(node);
    if (pace === undefined) {
      pace = new PeerPace();
      this.#paces.set(node, pace);
    }
    return pace;
  }

  stalled(node: NodeId): void {
    if (!this.isLocal(node)) this.#nodes.get(node)?.link.stalled();
  }

  isLocal(node: NodeId): boolean {
    return node === this.#options.self && this.#options.local !== undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#nodes.values(), ({ link }) => link.close()));
  }

  #peer(node: NodeId): ShardPeer {
    const { local, self } = this.#options;
    if (node === self && local !== undefined) return local;
    return this.#remote(node).peer;
  }

  #remote(node: NodeId): RemoteNode {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known;
    const link = new NodeLink({
      ...this.#options,
      node,
      onCondition: (condition) => this.#metrics.condition(node, condition),
    });
    // Whoever comes late is refused as by every other link, and dials nobody.
    if (this.#closed) supervise(link.close(), this.#options.logger, 'closing a link that came late');
    this.#metrics.condition(node, 'up');
    const remote = { link, peer: new RemotePeer(link, this.#metrics.recorder(node)) };
    this.#nodes.set(node, remote);
    return remote;
  }
}

/** Creates the shard client of this process. Nothing is dialled before the first operation on a node. */
export function createShardClient(options: ShardClientOptions): ShardClient {
  return new NodeShardClient(options);
}
