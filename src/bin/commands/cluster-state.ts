// What the nodes of a cluster say of themselves, put together.

import type { NodeId } from '../../core/ids.ts';
import { READY_PATH, type LocalCluster } from '../../host/local-cluster.ts';

/** The status document of a node (contract: AdminStatus), as far as it is shown. */
const STATUS_PATH = '/-/status';
const METRICS_PATH = '/-/metrics';

export interface NodeState {
  readonly id: NodeId;
  readonly ready: boolean;
  readonly pid: number | undefined;
  readonly leader: string;
  readonly isLeader: boolean;
  readonly objects: number | undefined;
  /** S3 requests answered since the node started. */
  readonly requests: number;
  readonly freeFraction: number | undefined;
}

export function readState(cluster: LocalCluster): Promise<readonly NodeState[]> {
  return Promise.all(cluster.nodes.map(({ id }) => readNode(cluster, id)));
}

async function readNode(cluster: LocalCluster, id: NodeId): Promise<NodeState> {
  const [pid, ready, status, metrics] = await Promise.all([
    cluster.pidOf(id),
    cluster.probe(id, READY_PATH),
    cluster.probe(id, STATUS_PATH),
    cluster.probe(id, METRICS_PATH),
  ]);
  const document = status?.status === 200 ? parseObject(status.body) : {};
  const samples = metrics?.status === 200 ? metrics.body : '';
  const objects = document['objects'];
  return {
    id,
    pid,
    ready: ready?.status === 200,
    leader: typeof document['leader'] === 'string' ? document['leader'] : '',
    isLeader: document['is_leader'] === true,
    objects: typeof objects === 'number' ? objects : undefined,
    requests: sumOf(samples, 'predastore_s3_requests_total') ?? 0,
    freeFraction: sumOf(samples, 'predastore_store_free_fraction'),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // an answer that is no status: shown as unknown
  }
}

/** The sum over all labels of a metric in the Prometheus text format; undefined when it is not there. */
function sumOf(samples: string, name: string): number | undefined {
  const values = samples
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

export function describeNode(node: NodeState): string {
  const condition = node.ready ? 'ready' : node.pid === undefined ? 'down' : 'starting';
  const role = node.isLeader ? 'metadata leader' : '';
  const objects = node.objects === undefined ? '' : `${node.objects} objects`;
  const free = node.freeFraction === undefined ? '' : `${Math.round(node.freeFraction * 100)}% free`;
  const words = [
    `node ${node.id}`,
    condition,
    node.pid === undefined ? '' : `pid ${node.pid}`,
    role,
    objects,
    free,
  ];
  return words.filter((word) => word !== '').join('  ');
}

/** One line for the whole cluster; `perSecond` is the rate of S3 requests. */
export function describeCluster(nodes: readonly NodeState[], perSecond: number): string {
  const up = nodes.filter((node) => node.ready).length;
  const leader = nodes.find((node) => node.leader !== '')?.leader ?? 'none';
  const objects = Math.max(0, ...nodes.map((node) => node.objects ?? 0));
  const free = Math.min(...nodes.map((node) => node.freeFraction ?? 1));
  return [
    `nodes ${up}/${nodes.length} up`,
    `metadata leader ${leader}`,
    `${objects} objects`,
    `${perSecond.toFixed(1)} requests/s`,
    `disk ${Math.round(free * 100)}% free`,
  ].join(' | ');
}

export function requestsOf(nodes: readonly NodeState[]): number {
  return nodes.reduce((sum, node) => sum + node.requests, 0);
}
