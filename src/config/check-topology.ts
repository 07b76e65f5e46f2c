// Does the cluster that the file describes make sense as a whole?

import type { Config, NodeConfig } from './config.ts';
import { natsNodes, storageNodes } from './config.ts';
import { refuseConfig } from './section.ts';

type Topology = Pick<Config, 'file' | 'nodes' | 'erasure' | 'nats'>;

/** Refuses a topology that cannot work; the relations between settings live here, single settings in the parsers. */
export function checkTopology(topology: Topology): void {
  checkStorage(topology);
  checkControlPlane(topology);
  checkListeners(topology);
}

function checkStorage({ file, nodes, erasure }: Topology): void {
  const stores = storageNodes({ nodes });
  const { dataShards, parityShards } = erasure;
  if (stores.length < dataShards + parityShards) {
    refuseConfig(
      `${file}: [rs]`,
      `data + parity is ${dataShards + parityShards} but there are ${stores.length} storage nodes`,
      'Add [[storage]] entries or lower data or parity: every shard of an object needs a node of its own.',
    );
  }
  const pinned = stores.flatMap(({ storage }) => storage.peerId ?? []);
  const twice = firstTwice(pinned);
  if (twice !== undefined) {
    refuseConfig(`${file}: peer_id ${twice}`, 'is used by two nodes', 'Every node has a key of its own.');
  }
}

function checkControlPlane({ file, nodes, nats }: Topology): void {
  if (nats.urls.length === 0 && natsNodes({ nodes, nats }).length === 0) {
    const mend = 'Add a [[db]] entry for each node that runs a NATS server, or name yours in [nats] urls.';
    refuseConfig(file, 'there is no NATS server', mend);
  }
}

function checkListeners({ file, nodes, nats }: Topology): void {
  const twice = firstTwice(nodes.flatMap((node) => listenersOf(node, nats.urls.length === 0)));
  if (twice === undefined) return;
  refuseConfig(file, `${twice} is used by two listeners`, 'Give each one an address or a port of its own.');
}

/** Addresses the file itself fixes. The S3 endpoint may be moved per process by flags, so it is not among them. */
function listenersOf(node: NodeConfig, embedded: boolean): readonly string[] {
  const { storage, natsServer } = node;
  const stores = storage === undefined ? [] : [`${storage.host}:${storage.port}`];
  if (natsServer === undefined || !embedded) return stores;
  const ports = [natsServer.port, natsServer.clusterPort, natsServer.monitorPort ?? []].flat();
  return [...stores, ...ports.map((port) => `${natsServer.host}:${port}`)];
}

function firstTwice(values: readonly string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}
