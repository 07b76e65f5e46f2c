// What the nodes of a cluster say of themselves, put together.

import type { Bus } from '../../bus/connection.ts';
import { createClient } from '../../client/client.ts';
import type { AdminStatusReply } from '../../contracts/generated/messages.ts';
import { isPredastoreError } from '../../core/errors.ts';
import type { NodeId } from '../../core/ids.ts';
import { READY_PATH, type LocalCluster } from '../../host/local-cluster.ts';
import { startBus } from '../../host/start-bus.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLogger } from '../../platform/log.ts';
import { loadMasterKey } from '../../platform/master-key.ts';
import { systemRandom } from '../../platform/random.ts';

const METRICS_PATH = '/-/metrics';
/** A node that does not answer by then is shown as it is seen from outside. */
const STATUS_TIMEOUT_MS = 2_000;
const CONNECT_PATIENCE_MS = 1_000;

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

/** Looks at a cluster again and again: probes over HTTP, `s3.admin.<id>.status` over NATS as an operator. */
export class ClusterWatcher {
  readonly #cluster: LocalCluster;
  readonly #masterKeyFile: string;
  #bus: Bus | undefined;

  constructor(cluster: LocalCluster) {
    this.#cluster = cluster;
    this.#masterKeyFile = cluster.encryptionKeyFile;
  }

  look(): Promise<readonly NodeState[]> {
    return this.#connected().then((bus) =>
      Promise.all(this.#cluster.nodes.map(({ id }) => readNode(this.#cluster, bus, id))),
    );
  }

  async close(): Promise<void> {
    await this.#bus?.close();
  }

  async #connected(): Promise<Bus | undefined> {
    if (this.#bus !== undefined) return this.#bus;
    try {
      const masterKey = await loadMasterKey(this.#masterKeyFile);
      const { config } = this.#cluster;
      const plan = { config, masterKey, role: 'operator' as const, name: 'predastore status' };
      const patience = { connectPatienceMs: CONNECT_PATIENCE_MS };
      this.#bus = await startBus(
        { ...plan, ...patience },
        { clock: systemClock, random: systemRandom, log: silentLogger },
      );
    } catch (error) {
      if (!isPredastoreError(error)) throw error;
      // No NATS, no details: the probes still tell which nodes are up.
    }
    return this.#bus;
  }
}

async function readNode(cluster: LocalCluster, bus: Bus | undefined, id: NodeId): Promise<NodeState> {
  const [pid, ready, metrics, status] = await Promise.all([
    cluster.pidOf(id),
    cluster.probe(id, READY_PATH),
    cluster.probe(id, METRICS_PATH),
    bus === undefined ? undefined : askStatus(bus, id),
  ]);
  const samples = metrics?.status === 200 ? metrics.body : '';
  return {
    id,
    pid,
    ready: ready?.status === 200,
    leader: status?.leader ?? '',
    isLeader: status?.is_leader === true,
    objects: status?.objects,
    requests: sumOf(samples, 'predastore_s3_requests_total') ?? 0,
    freeFraction: sumOf(samples, 'predastore_segments_free_fraction'),
  };
}

async function askStatus(bus: Bus, id: NodeId): Promise<AdminStatusReply | undefined> {
  const client = createClient({ bus, node: id, silenceTimeoutMs: STATUS_TIMEOUT_MS });
  try {
    const context = { requestId: `status-${id}` };
    return (await client.call<AdminStatusReply>('AdminStatus', {}, { context })).result;
  } catch {
    return undefined; // a node that cannot say how it is: shown by its probes alone
  } finally {
    client.close();
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
  const free = nodes.flatMap((node) => node.freeFraction ?? []);
  return [
    `nodes ${up}/${nodes.length} up`,
    `metadata leader ${leader}`,
    `${objects} objects`,
    `${perSecond.toFixed(1)} requests/s`,
    ...(free.length === 0 ? [] : [`disk ${Math.round(Math.min(...free) * 100)}% free`]),
  ].join(' | ');
}

export function requestsOf(nodes: readonly NodeState[]): number {
  return nodes.reduce((sum, node) => sum + node.requests, 0);
}
