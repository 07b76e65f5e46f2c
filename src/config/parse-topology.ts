// Which nodes there are, from either of the two spellings: `[[db]]` and `[[storage]]`, or `[[host]]` with `[[host.node]]`.
//
// Invariants:
//   1. An id names one process: entries of `[[db]]` and `[[storage]]` with the same id belong together.
//   2. No two listeners of the cluster share an address and port.
//   3. There are at least K + M storage nodes.

import { RING_WEIGHT_MAX, SHARDS_MAX } from '../core/limits.ts';
import { NODE_ID_MAX, nodeId } from '../core/ids.ts';
import { dialHost, listenHost } from './address.ts';
import type { ErasureConfig, NatsServerConfig, NodeConfig, NodeLocations, StorageConfig } from './config.ts';
import { PORT_BOUNDS, refuseConfig, type Section } from './section.ts';

/** NATS by custom: clients on 4222, routes on 6222. A cluster port that is not named keeps that distance. */
const CLUSTER_PORT_DISTANCE = 2000;
/** Where Spinifex expects S3. */
const S3_PORT_DEFAULT = 8443;
const ID_BOUNDS = { min: 1, max: NODE_ID_MAX };
const PEER_ID = /^[0-9a-f]{64}$/;

/** What a node may be made of while it is being read. */
interface Draft {
  id: number;
  host?: string;
  storage?: StorageConfig;
  natsServer?: NatsServerConfig;
  gateway?: { host: string; port: number };
  locations: NodeLocations;
}

/** Where the S3 endpoint of a node is, as far as `[s3]` says. */
export interface EndpointDefaults {
  readonly host: string | undefined;
  readonly port: number | undefined;
}

export function parseErasure(root: Section): ErasureConfig {
  const rs = root.section('rs');
  const dataShards = rs.integer('data', { min: 1, max: SHARDS_MAX });
  const parityShards = rs.integer('parity', { min: 0, max: SHARDS_MAX });
  const all = dataShards + parityShards;
  if (all > SHARDS_MAX) {
    rs.refuse('parity', `data + parity is ${all}, more than ${SHARDS_MAX}`, 'Lower one of them.');
  }
  if (parityShards === 0 && dataShards > 1) {
    const problem = 'is 0 while data is above 1: one lost node would lose everything';
    rs.refuse('parity', problem, 'Use parity of at least 1, or data = 1 with parity = 0.');
  }
  const degraded = rs.boolean('degraded_writes', true);
  const bounds = degraded ? { min: dataShards, max: all } : { min: all, max: all };
  const usual = parityShards >= 2 ? dataShards + 1 : dataShards;
  const writeFloor = rs.integer('write_floor', bounds, degraded ? usual : all);
  rs.finish();
  return { dataShards, parityShards, writeFloor };
}

/** Every node of the file, ordered by id. */
export function parseNodes(root: Section, endpoint: EndpointDefaults): readonly NodeConfig[] {
  const hosts = root.sections('host');
  const servers = root.sections('db');
  const stores = root.sections('storage');
  if (hosts.length > 0 && servers.length + stores.length > 0) {
    root.refuse('host', 'stands beside [[db]] or [[storage]]', 'Describe the nodes in one of the two ways.');
  }
  const drafts = hosts.length > 0 ? parseHosts(hosts) : parseServersAndStores(servers, stores, endpoint);
  return [...drafts.values()].sort((a, b) => a.id - b.id).map((draft) => complete(draft));
}

function complete(draft: Draft): NodeConfig {
  const { id, host, ...rest } = draft;
  const own = host ?? rest.storage?.host ?? rest.natsServer?.host;
  if (own === undefined) refuseConfig(`node ${id}`, 'has no address', 'Name one.');
  return { ...rest, id: nodeId(id), host: own };
}

function parseServersAndStores(
  servers: readonly Section[],
  stores: readonly Section[],
  endpoint: EndpointDefaults,
): ReadonlyMap<number, Draft> {
  const drafts = new Map<number, Draft>();
  for (const section of stores) {
    const id = section.integer('id', ID_BOUNDS);
    if (drafts.has(id))
      section.refuse('id', `${id} is used twice`, 'Give every [[storage]] an id of its own.');
    const storage = parseStorage(section);
    const gateway = { host: endpoint.host ?? storage.host, port: endpoint.port ?? S3_PORT_DEFAULT };
    drafts.set(id, { id, storage, gateway, locations: {} });
    section.finish();
  }
  for (const section of servers) {
    const id = section.integer('id', ID_BOUNDS);
    const draft: Draft = drafts.get(id) ?? { id, locations: {} };
    if (draft.natsServer !== undefined)
      section.refuse('id', `${id} is used twice`, 'Give every [[db]] an id of its own.');
    draft.natsServer = parseNatsServer(section);
    drafts.set(id, draft);
    section.finish();
  }
  return drafts;
}

function parseStorage(section: Section): StorageConfig {
  const domain = section.optionalString('domain');
  const peerId = section.has('peer_id')
    ? section.matching('peer_id', PEER_ID, '64 lower-case hex digits')
    : undefined;
  return {
    host: dialHost(section, 'host'),
    port: section.integer('port', PORT_BOUNDS),
    weight: section.number('weight', { min: 0.01, max: RING_WEIGHT_MAX }, 1),
    ...(domain === undefined ? {} : { domain }),
    ...(peerId === undefined ? {} : { peerId }),
  };
}

function parseNatsServer(section: Section): NatsServerConfig {
  const host = dialHost(section, 'host');
  const port = section.integer('port', PORT_BOUNDS);
  const monitorPort = section.optionalInteger('monitor_port', PORT_BOUNDS);
  return {
    host,
    port,
    clusterPort: section.optionalInteger('cluster_port', PORT_BOUNDS) ?? clusterPortFor(section, port),
    ...(monitorPort === undefined ? {} : { monitorPort }),
  };
}

function clusterPortFor(section: Section, port: number): number {
  const wanted = port + CLUSTER_PORT_DISTANCE;
  if (wanted <= PORT_BOUNDS.max) return wanted;
  section.refuse('cluster_port', 'is missing', `Add it: the usual one, ${wanted}, is not a port.`);
}

/** The spelling of the Go version: a host is one process; its nodes say which parts it runs. */
function parseHosts(hosts: readonly Section[]): ReadonlyMap<number, Draft> {
  const drafts = new Map<number, Draft>();
  const nodeIds = new Set<number>();
  for (const section of hosts) {
    const id = section.integer('id', ID_BOUNDS);
    if (drafts.has(id)) section.refuse('id', `${id} is used twice`, 'Give every [[host]] an id of its own.');
    const addr = dialHost(section, 'addr');
    const bindHost = listenHost(section, 'bind_addr') ?? addr;
    const draft: Draft = { id, host: addr, locations: parseLocations(section) };
    for (const node of section.sections('node')) {
      const own = node.integer('id', ID_BOUNDS);
      if (nodeIds.has(own))
        node.refuse('id', `${own} is used twice`, 'Give every [[host.node]] an id of its own.');
      nodeIds.add(own);
      addRole(draft, node, { addr, bindHost });
    }
    drafts.set(id, draft);
    section.finish();
  }
  return drafts;
}

function addRole(draft: Draft, node: Section, on: { addr: string; bindHost: string }): void {
  const role = node.oneOf('role', ['gate', 'meta', 'blob', ''], '');
  const port = node.integer('port', PORT_BOUNDS);
  const host = on.addr;
  const taken = { gate: draft.gateway, meta: draft.natsServer, blob: draft.storage, '': undefined }[role];
  if (taken !== undefined) {
    node.refuse('role', `"${role}" appears twice on one host`, 'Give the second one a [[host]] of its own.');
  }
  switch (role) {
    case 'gate':
      draft.gateway = { host: listenHost(node, 'bind_addr') ?? on.bindHost, port };
      break;
    case 'meta':
      draft.natsServer = { host, port, clusterPort: clusterPortFor(node, port) };
      break;
    case 'blob':
      draft.storage = { host, port, weight: 1 };
      break;
    case '':
      node.refuse('role', 'is missing', 'Use one of: gate, meta, blob.');
  }
  node.finish();
}

function parseLocations(section: Section): NodeLocations {
  const named = (key: string): string | undefined => {
    const path = section.optionalString(key);
    if (path !== undefined && !path.startsWith('/')) {
      section.refuse(key, `"${path}" is not an absolute path`, 'Start it with "/".');
    }
    return path;
  };
  const dataDirectory = named('data_dir');
  const tlsCertFile = named('tls_cert');
  const tlsKeyFile = named('tls_key');
  const encryptionKeyFile = named('encryption_key');
  return {
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    ...(tlsCertFile === undefined ? {} : { tlsCertFile }),
    ...(tlsKeyFile === undefined ? {} : { tlsKeyFile }),
    ...(encryptionKeyFile === undefined ? {} : { encryptionKeyFile }),
  };
}
