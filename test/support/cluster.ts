// A cluster of real s3d processes in a temporary directory, for tests that kill, freeze and restart nodes.
//
// Every cluster has loopback addresses of its own (127.x.y.N), so that clusters of parallel test files never meet. Needs
// `npm run build`; a test fails at once, and says so, when the build is missing.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import type { Bus } from '../../src/bus/connection.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { NodeCalls } from '../../src/bin/commands/node-calls.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { OperationName } from '../../src/contracts/operations.ts';
import { nodeId, type NodeId } from '../../src/core/ids.ts';
import { LocalCluster } from '../../src/host/local-cluster.ts';
import { ensureNatsServer } from '../../src/host/nats-binary.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startBus } from '../../src/host/start-bus.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { loadMasterKey } from '../../src/platform/master-key.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { S3Wire } from './faults/s3-wire.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The built s3d. */
export const ENTRY = process.env['PREDASTORE_S3D'] ?? join(ROOT, 'dist/src/bin/s3d.js');
const READY_LIMIT_MS = 60_000;
const PORTS = { nats: 4222, routes: 6222, shards: 9991, s3: 8443 };
/** `tsc` needs a while, jest none: tests use what was built. */
export const PREDASTORE = join(ROOT, 'dist/src/bin/predastore.js');
const BUILD_HINT = `${ENTRY} is missing: run \`npm run build\` before tests of whole clusters`;

export const TEST_CREDENTIALS = {
  accessKeyId: 'AKIATESTTESTTESTTEST',
  secretAccessKey: 'test-secret-access-key',
  accountId: '111111111111',
};
export const TEST_REGION = 'ap-southeast-2';

export interface TestClusterOptions {
  readonly nodes: number;
  readonly dataShards: number;
  readonly parityShards: number;
  /** Nodes without a NATS server that start later (`restart`), with a file that the first ones have not read. Default 0. */
  readonly later?: number;
  /** More lines for the configuration: tables (`[reclaim]\ngrace_seconds = 1`) or keys of tables that are not used here. */
  readonly config?: string;
  readonly logLevel?: string;
}

export class TestCluster {
  readonly #cluster: LocalCluster;
  readonly #ca: Buffer;
  readonly #clients: S3Client[] = [];
  #calls: Promise<NodeCalls> | undefined;

  readonly #natsServer: string;

  private constructor(cluster: LocalCluster, ca: Buffer, natsServer: string) {
    this.#cluster = cluster;
    this.#ca = ca;
    this.#natsServer = natsServer;
  }

  /** Starts a cluster and waits until every node is ready; leaves nothing behind when that fails. */
  static async start(options: TestClusterOptions): Promise<TestCluster> {
    if (!existsSync(ENTRY)) throw new Error(BUILD_HINT);
    const cacheDirectory = join(ROOT, '.cache');
    const natsServer = await ensureNatsServer({ cacheDirectory, log: silentLogger });
    const directory = await mkdtemp(join(tmpdir(), 'predastore-cluster-'));
    const [file, laterFile] = [join(directory, 'cluster.toml'), join(directory, 'later.toml')];
    const { nodes, later = 0 } = options;
    const network = `127.${randomInt(20, 250)}.${randomInt(1, 250)}`;
    await writeFile(file, tomlOf(options, network, nodes));
    await writeFile(laterFile, tomlOf(options, network, nodes + later));
    const cluster = new LocalCluster({
      config: loadConfig(laterFile),
      configFileOf: (id) => (id > nodes ? laterFile : file),
      directory,
      entry: ENTRY,
      environment: { ...process.env, NATS_SERVER_BIN: natsServer },
      logLevel: options.logLevel ?? 'info',
      clock: systemClock,
      random: systemRandom,
    });
    try {
      await cluster.prepare();
      const first = idsOf(cluster).slice(0, nodes);
      for (const id of first) await cluster.start(id);
      await cluster.untilReady(first, READY_LIMIT_MS);
      return new TestCluster(cluster, await readFile(cluster.certificates.caFile), natsServer);
    } catch (error) {
      await removeAll(cluster);
      throw error;
    }
  }

  get directory(): string {
    return this.#cluster.directory;
  }

  /** As an operator: `predastore …` about this cluster, with the nodes that are to come; `text` is all it printed. */
  predastore(...args: readonly string[]): Promise<{ code: number | null; text: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [PREDASTORE, ...args, join(this.directory, 'later.toml')], {
        env: { ...process.env, PREDA_DIR: this.directory },
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, text }));
    });
  }

  get nodeIds(): readonly NodeId[] {
    return idsOf(this.#cluster);
  }

  /** Numbers of nodes are 1 … N. */
  endpoint(node: number): string {
    return this.#cluster.endpoint(nodeId(node));
  }

  /** A client of one node's endpoint, which tries once; closed together with the cluster. */
  s3(
    node = 1,
    maxAttempts = 1,
    credentials: { accessKeyId: string; secretAccessKey: string } = TEST_CREDENTIALS,
  ): S3Client {
    const client = new S3Client({
      endpoint: this.endpoint(node),
      region: TEST_REGION,
      credentials,
      forcePathStyle: true,
      maxAttempts,
      requestHandler: {
        httpsAgent: new Agent({ ca: this.#ca, keepAlive: true, maxSockets: 64 }),
        requestTimeout: 60_000,
      },
    });
    this.#clients.push(client);
    return client;
  }

  /** A client that tries once and tells everything; the test closes it. */
  wire(node: number, options: { readonly silenceMs: number; readonly socketsMax?: number }): S3Wire {
    const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
    const endpoint = this.endpoint(node);
    return new S3Wire({
      endpoint,
      region: TEST_REGION,
      accessKeyId,
      secretAccessKey,
      ca: this.#ca,
      ...options,
    });
  }

  /** Kills s3d and its NATS server at once, as a power cut of the machine would. */
  async powerOff(node: number): Promise<void> {
    await this.#cluster.signalMachine(nodeId(node), 'SIGKILL');
    await this.#untilGone(nodeId(node));
  }

  /** Kills only the s3d process; its NATS server goes on, orphaned. */
  async killProcess(node: number): Promise<void> {
    await this.#cluster.signal(nodeId(node), 'SIGKILL');
    await this.#untilGone(nodeId(node));
  }

  /** Kills only the NATS server of a node; its s3d starts it again. */
  async killNats(node: number): Promise<void> {
    const pid = await this.#cluster.pidOf(nodeId(node));
    const children = await readFile(`/proc/${pid ?? 'none'}/task/${pid ?? 'none'}/children`, 'utf8');
    for (const child of children.split(' ').filter(Boolean)) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8');
      if (command.includes('nats-server')) process.kill(Number(child), 'SIGKILL');
    }
  }

  /** Freezes s3d and its NATS server: sockets stay open and silent. */
  pause(node: number): Promise<void> {
    return this.#cluster.signalMachine(nodeId(node), 'SIGSTOP');
  }

  resume(node: number): Promise<void> {
    return this.#cluster.signalMachine(nodeId(node), 'SIGCONT');
  }

  /** Drains and ends a node in order. */
  async stop(node: number): Promise<void> {
    await this.#cluster.stop(nodeId(node));
  }

  /** A node as a child of the test, which sees its output and its exit code, and ends it. */
  spawn(node: number): ChildProcessWithoutNullStreams {
    const { directory, encryptionKeyFile, certificates } = this.#cluster;
    const flags = {
      config: join(directory, 'cluster.toml'),
      node: String(node),
      'base-path': directory,
      'encryption-key-file': encryptionKeyFile,
      'tls-cert': certificates.certFile,
      'tls-key': certificates.keyFile,
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    return spawn(process.execPath, [ENTRY, ...args], {
      env: { ...process.env, NATS_SERVER_BIN: this.#natsServer },
    });
  }

  /** Starts a node and waits for nothing. */
  async launch(node: number): Promise<void> {
    await this.#cluster.start(nodeId(node));
  }

  /** Starts a node that was stopped or killed, and waits until it is ready. */
  async restart(node: number): Promise<void> {
    await this.#cluster.start(nodeId(node));
    await this.#cluster.untilReady([nodeId(node)], READY_LIMIT_MS);
  }

  /** Of s3d; undefined when it does not run. */
  pidOf(node: number): Promise<number | undefined> {
    return this.#cluster.pidOf(nodeId(node));
  }

  /** What a probe of a node's endpoint says (`/-/readyz`, `/-/metrics`); empty when it does not answer with 200. */
  async probe(node: number, path: string): Promise<string> {
    const answer = await this.#cluster.probe(nodeId(node), path);
    return answer?.status === 200 ? answer.body : '';
  }

  /** Resident memory of the s3d process (Linux). */
  async residentBytes(node: number): Promise<number> {
    const pid = await this.#cluster.pidOf(nodeId(node));
    const status = await readFile(`/proc/${pid ?? 'none'}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }

  /** Asks a node over NATS, as an operator does; throws when it does not answer. */
  async ask<T>(node: number, operation: OperationName, parameters: object = {}): Promise<T> {
    this.#calls ??= NodeCalls.connect(this.#cluster);
    const answer = await (await this.#calls).ask<T>(nodeId(node), operation, parameters);
    if (answer.kind === 'silent') throw new Error(`node ${node}: ${answer.reason}`);
    return answer.result;
  }

  /** A connection with all permissions, as nodes have it. The test closes it. */
  async nodeBus(): Promise<Bus> {
    const { config, encryptionKeyFile } = this.#cluster;
    const masterKey = await loadMasterKey(encryptionKeyFile);
    const plan = { config, masterKey, role: 'node' as const, name: 'test' };
    return startBus(plan, { clock: systemClock, random: systemRandom, log: silentLogger });
  }

  /** Removes the metadata stream and makes an empty one in its place, as a careless operator might. */
  async remakeMetadataStream(): Promise<void> {
    const bus = await this.nodeBus();
    try {
      const manager = await jetstreamManager(bus.control.nats);
      const stream = await manager.streams.info('KV_s3');
      await manager.streams.delete('KV_s3');
      await manager.streams.add(stream.config);
    } finally {
      await bus.close();
    }
  }

  log(node: number): Promise<string> {
    return readFile(this.#cluster.logFile(nodeId(node)), 'utf8');
  }

  /** Ends every process, also frozen ones, and removes every file. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.#calls?.then(
      (calls) => calls.close(),
      () => undefined,
    );
    await removeAll(this.#cluster);
  }

  async #untilGone(id: NodeId): Promise<void> {
    while ((await this.#cluster.pidOf(id)) !== undefined) await systemClock.sleep(10);
  }
}

function idsOf(cluster: LocalCluster): readonly NodeId[] {
  return cluster.nodes.map(({ id }) => id);
}

async function removeAll(cluster: LocalCluster): Promise<void> {
  // Nothing of value is left in a test's cluster: no drain, which would cost seconds per test file.
  for (const id of idsOf(cluster)) await cluster.signalMachine(id, 'SIGKILL');
  await cluster.stopAll();
  await rm(cluster.directory, { recursive: true, force: true });
}

function tomlOf(options: TestClusterOptions, network: string, nodes: number): string {
  const { dataShards, parityShards, config = '' } = options;
  const entries = Array.from({ length: nodes }, (_, index) => {
    const host = `${network}.${index + 1}`;
    const server = `
[[db]]
id = ${index + 1}
host = "${host}"
port = ${PORTS.nats}
cluster_port = ${PORTS.routes}`;
    return `${index < options.nodes ? server : ''}
[[storage]]
id = ${index + 1}
host = "${host}"
port = ${PORTS.shards}
`;
  });
  return `version = 1
region = "${TEST_REGION}"
[rs]
data = ${dataShards}
parity = ${parityShards}
[[auth]]
access_key_id = "${TEST_CREDENTIALS.accessKeyId}"
secret_access_key = "${TEST_CREDENTIALS.secretAccessKey}"
account_id = "${TEST_CREDENTIALS.accountId}"
[s3]
port = ${PORTS.s3}
${entries.join('')}
${config}
`;
}
