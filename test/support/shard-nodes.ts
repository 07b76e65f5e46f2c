// Storage nodes with real engines and real transports, and one shard client that talks to them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, type ByteRange } from '../../src/core/body.ts';
import { nodeId, type NodeId } from '../../src/core/ids.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import { systemClock, type Clock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import type { ShardStore } from '../../src/segments/shard-store.ts';
import type { SegmentStoreOptions } from '../../src/segments/store-options.ts';
import { createShardClient, type NodeLocation } from '../../src/shards/node-shard-client.ts';
import type { ShardClient } from '../../src/shards/shard-client.ts';
import { createShardServer, type ShardServer } from '../../src/storage/shard-server.ts';
import { PipeNetwork } from '../../src/transport/pipe-transport.ts';
import type { StreamHandler, Transport } from '../../src/transport/transport.ts';
import { bytesOf, hashOf, openStore, recordOf } from './segment-stores.ts';
import { newTransport } from './transport-pair.ts';

/** The node of the client. */
export const SELF = nodeId(1);
/** The first remote node. */
export const REMOTE = nodeId(2);

export interface ShardNodesOptions {
  readonly kind?: Transport['kind'];
  readonly clientClock?: Clock;
  readonly serverClock?: Clock;
  readonly uploadsMax?: number;
  readonly readsMax?: number;
  /** How the engines are opened. */
  readonly engine?: Partial<SegmentStoreOptions>;
  /** Wraps the engine of every node, to make it slow or sick. */
  readonly wrapStore?: (store: ShardStore) => ShardStore;
}

/** A client on node 1 with storage of its own, and a remote storage node 2. */
export class ShardNodes {
  readonly members = new Set<string>();
  readonly locations = new Map<NodeId, NodeLocation>();
  readonly servers = new Map<NodeId, ShardServer>();
  readonly stores = new Map<NodeId, ShardStore>();
  readonly directories = new Map<NodeId, string>();
  client!: ShardClient;
  transport!: Transport;
  readonly #network = new PipeNetwork();
  readonly #options: ShardNodesOptions;
  readonly #closers: (() => Promise<void>)[] = [];

  static async start(options: ShardNodesOptions = {}): Promise<ShardNodes> {
    const nodes = new ShardNodes(options);
    await nodes.addStorage(SELF, undefined);
    await nodes.addStorage(REMOTE, nodes.addTransport());
    nodes.transport = nodes.addTransport();
    nodes.client = nodes.newClient();
    return nodes;
  }

  constructor(options: ShardNodesOptions) {
    this.#options = options;
  }

  get remoteStore(): ShardStore {
    return this.stores.get(REMOTE)!;
  }

  newClient(): ShardClient {
    const client = createShardClient({
      transport: this.transport,
      self: SELF,
      local: this.servers.get(SELF)!.local,
      resolve: (node) => this.locations.get(node),
      clock: this.#options.clientClock ?? systemClock,
      random: systemRandom,
      logger: silentLogger,
      metrics: noMetrics,
    });
    this.#closers.unshift(() => client.close());
    return client;
  }

  addTransport(): Transport {
    const transport = newTransport(
      this.#options.kind ?? 'pipe',
      (peer) => this.members.has(peer),
      this.#network,
    );
    this.members.add(transport.self);
    this.#closers.unshift(() => transport.close());
    return transport;
  }

  /** A node with an engine; reachable when it has a transport. */
  async addStorage(node: NodeId, transport: Transport | undefined): Promise<ShardServer> {
    const directory = await mkdtemp(join(tmpdir(), 'predastore-shards-'));
    const engine = await openStore(directory, this.#options.engine);
    this.directories.set(node, directory);
    const store = this.#options.wrapStore?.(engine) ?? engine;
    const { uploadsMax, readsMax } = this.#options;
    const server = createShardServer({
      store,
      clock: this.#options.serverClock ?? systemClock,
      logger: silentLogger,
      metrics: noMetrics,
      ...(uploadsMax === undefined ? {} : { uploadsMax }),
      ...(readsMax === undefined ? {} : { readsMax }),
    });
    this.servers.set(node, server);
    this.stores.set(node, store);
    this.#closers.unshift(async () => {
      await server.close();
      await engine.close();
      await rm(directory, { recursive: true, force: true });
    });
    if (transport !== undefined) await this.serve(node, transport, server.onStream);
    return server;
  }

  /** Makes `node` reachable at `transport`, answered by `onStream`. */
  async serve(node: NodeId, transport: Transport, onStream: StreamHandler): Promise<() => Promise<void>> {
    const port = this.locations.get(node)?.address.port ?? 0;
    const listener = await transport.listen({ host: '127.0.0.1', port }, onStream);
    this.locations.set(node, {
      address: { host: '127.0.0.1', port: listener.port },
      peerId: transport.self,
    });
    return () => listener.close();
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }
}

/** Puts the shard that `bytesOf` describes. */
export async function putShard(
  client: ShardClient,
  node: NodeId,
  key: ShardKey,
  lengthBytes: number,
): Promise<{ readonly nearFull: boolean }> {
  const upload = await client.put(node, { key, objectHash: hashOf(key), lengthBytes });
  const bytes = bytesOf(key, lengthBytes);
  for (let at = 0; at < lengthBytes; at += 65_536) await upload.write(bytes.subarray(at, at + 65_536));
  return upload.commit(recordOf(key));
}

/** The bytes of a range, or `undefined` when the node has no such shard. */
export async function getShard(
  client: ShardClient,
  node: NodeId,
  key: ShardKey,
  range: ByteRange,
): Promise<Buffer | undefined> {
  const outcome = await client.get(node, key, range);
  return outcome.kind === 'absent' ? undefined : collect(outcome.download.bytes, 1 << 30);
}
