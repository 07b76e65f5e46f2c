// The data plane of this node: its segment store, its face towards the other nodes, and its way to theirs.

import { storageNodes, type Config, type StorageNode } from '../config/config.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { MemberTable } from '../metadata/metadata-store.ts';
import { openSegmentStore } from '../segments/segment-store.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import { createShardClient, type NodeLocation } from '../shards/node-shard-client.ts';
import type { ShardClient } from '../shards/shard-client.ts';
import { createShardServer, type ShardServer } from '../storage/shard-server.ts';
import { createTransport } from '../transport/create-transport.ts';
import { loadOrCreateNodeKey, type NodeKey } from '../transport/node-key.ts';
import type { Transport } from '../transport/transport.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Runtime } from './node-settings.ts';

export interface ShardsPlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly directory: DataDirectory;
  readonly masterKey: Uint8Array;
  readonly members: MemberTable;
}

export interface ShardsPlane {
  readonly client: ShardClient;
  /** Absent on a node without `[[storage]]`. */
  readonly store: ShardStore | undefined;
}

export async function startShards(
  parts: Lifecycle,
  plan: ShardsPlan,
  runtime: Runtime,
): Promise<ShardsPlane> {
  const nodeKey = await loadOrCreateNodeKey(plan.directory.nodeKeyFile);
  const own = storageNodes(plan.config).find(({ id }) => id === plan.self);
  if (own !== undefined) await introduce(own, nodeKey, plan, runtime);
  const transport = await parts.start(
    'transport',
    () => openTransport(nodeKey, plan, runtime),
    (opened) => opened.close(),
  );
  const server = own === undefined ? undefined : await serveShards(parts, own, transport, { plan, runtime });
  const client = await parts.start(
    'shard client',
    () =>
      createShardClient({
        transport,
        self: plan.self,
        ...(server === undefined ? {} : { local: server.face.local }),
        resolve: (node) => locate(plan, node),
        clock: runtime.clock,
        random: runtime.random,
        logger: runtime.log.child({ part: 'shards' }),
        metrics: runtime.metrics,
      }),
    (opened) => opened.close(),
  );
  return { client, store: server?.store };
}

async function serveShards(
  parts: Lifecycle,
  own: StorageNode,
  transport: Transport,
  { plan, runtime }: { readonly plan: ShardsPlan; readonly runtime: Runtime },
): Promise<{ readonly store: ShardStore; readonly face: ShardServer }> {
  const { watermark } = plan.config;
  const logger = runtime.log.child({ part: 'storage' });
  const store = await parts.start(
    'segments',
    () =>
      openSegmentStore({
        directory: plan.directory.segments,
        masterKey: plan.masterKey,
        clock: runtime.clock,
        random: runtime.random,
        logger,
        metrics: runtime.metrics,
        watermarks: { nearFull: watermark.nearFullFraction, full: watermark.fullFraction },
      }),
    (opened) => opened.close(),
  );
  const face = await parts.start(
    'shard server',
    () => createShardServer({ store, clock: runtime.clock, logger, metrics: runtime.metrics }),
    (server) => server.close(),
  );
  await parts.start(
    'shard listener',
    () => transport.listen({ host: own.storage.host, port: own.storage.port }, face.onStream),
    (listener) => listener.close(),
  );
  return { store, face };
}

function openTransport(nodeKey: NodeKey, plan: ShardsPlan, runtime: Runtime): Transport {
  return createTransport({
    kind: plan.config.transport,
    nodeKey,
    membership: (peer) =>
      plan.members.list().some((member) => member.peerId === peer && pinned(plan, member)),
    clock: runtime.clock,
    logger: runtime.log.child({ part: 'transport' }),
  });
}

/** Tells the others where this node is and which key is its own. */
async function introduce(
  own: StorageNode,
  nodeKey: NodeKey,
  plan: ShardsPlan,
  runtime: Runtime,
): Promise<void> {
  const { host, port, peerId } = own.storage;
  if (peerId !== undefined && peerId !== nodeKey.peerId) {
    const mend = `Set peer_id = "${nodeKey.peerId}" in [[storage]] of node ${own.id}, or restore the key of the node.`;
    throw new PredastoreError(
      'invalid-key-file',
      `${plan.directory.nodeKeyFile} is not the key pinned. ${mend}`,
    );
  }
  const startedAt = new Date(runtime.clock.nowMs()).toISOString();
  await plan.members.register({ v: 1, id: own.id, host, port, peerId: nodeKey.peerId, startedAt });
}

function locate(plan: ShardsPlan, node: NodeId): NodeLocation | undefined {
  const member = plan.members.list().find(({ id }) => id === node);
  if (member === undefined || !pinned(plan, member)) return undefined;
  return { address: { host: member.host, port: member.port }, peerId: member.peerId };
}

/** A key pinned in the configuration outranks what the member says of itself. */
function pinned({ config }: ShardsPlan, member: { readonly id: NodeId; readonly peerId: string }): boolean {
  const node = storageNodes(config).find(({ id }) => id === member.id);
  if (node === undefined) return false;
  return node.storage.peerId === undefined || node.storage.peerId === member.peerId;
}
