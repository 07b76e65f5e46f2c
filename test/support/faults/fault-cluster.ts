// A cluster of real s3d processes whose cables and disks are ours: everything a test of faults does to it goes through here.
//
// Each node has a configuration of its own, in which the others live at the addresses of `Links`. Needs `npm run build`.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig } from '../../../src/config/load-config.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { LocalCluster } from '../../../src/host/local-cluster.ts';
import { dataDirectoryOf } from '../../../src/host/data-directory.ts';
import { ensureNatsServer } from '../../../src/host/nats-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { ENTRY, TEST_CREDENTIALS, TEST_REGION } from '../cluster.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { Links } from './links.ts';
import { S3Wire } from './s3-wire.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const READY_LIMIT_MS = 120_000;
const PORTS = { nats: 4222, routes: 6222, shards: 9991, s3: 8443 };
const BALLAST = 'ballast';
const run = promisify(execFile);

export interface FaultClusterOptions {
  readonly nodes: number;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly transport: 'quic' | 'tls';
  readonly chance: SeededChance;
  /** Size of the disk that the shards of every node get; needs root. Absent: the disk of the machine. */
  readonly diskBytes?: number;
  /** More tables for the configuration. */
  readonly config?: string;
  /** How `node` is started for an s3d. Default: as in production. */
  readonly processFlags?: readonly string[];
}

export class FaultCluster {
  readonly links: Links;
  readonly cluster: LocalCluster;
  readonly nodes: readonly number[];
  readonly #ca: Buffer;
  readonly #mounts: string[];
  readonly #wires: S3Wire[] = [];

  private constructor(parts: {
    cluster: LocalCluster;
    links: Links;
    nodes: readonly number[];
    ca: Buffer;
    mounts: string[];
  }) {
    this.cluster = parts.cluster;
    this.links = parts.links;
    this.nodes = parts.nodes;
    this.#ca = parts.ca;
    this.#mounts = parts.mounts;
  }

  static async start(options: FaultClusterOptions): Promise<FaultCluster> {
    if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run \`npm run build\` first`);
    const natsServer = await ensureNatsServer({ cacheDirectory: join(ROOT, '.cache'), log: silentLogger });
    const directory = await mkdtemp(join(tmpdir(), 'predastore-faults-'));
    const nodes = Array.from({ length: options.nodes }, (_, index) => index + 1);
    const network = `127.35.${systemRandom.bytes(1)[0]!}`;
    const hostOf = (node: number): string => `${network}.${node}`;
    const proxyOf = (from: number, to: number): string => `${network}.${100 + from * 10 + to}`;
    const fileOf = (node: number): string => join(directory, `cluster-${node}.toml`);
    for (const self of nodes) {
      const seen = (other: number): string => (other === self ? hostOf(other) : proxyOf(self, other));
      await writeFile(fileOf(self), tomlOf(options, seen));
    }
    await writeFile(fileOf(0), tomlOf(options, hostOf));
    const cluster = new LocalCluster({
      config: loadConfig(fileOf(0)),
      configFileOf: fileOf,
      directory,
      entry: ENTRY,
      ...(options.processFlags === undefined ? {} : { processFlags: options.processFlags }),
      environment: { ...process.env, NATS_SERVER_BIN: natsServer },
      clock: systemClock,
      random: systemRandom,
    });
    const ports = { tcp: [PORTS.nats, PORTS.routes, PORTS.shards], udp: [PORTS.shards] };
    const links = new Links({ nodes, hostOf, proxyOf, ports, chance: options.chance.fork('links') });
    const mounts: string[] = [];
    try {
      await cluster.prepare();
      await links.open();
      if (options.diskBytes !== undefined)
        for (const node of nodes) mounts.push(await mountDisk(directory, node, options.diskBytes));
      for (const node of nodes) await cluster.start(nodeId(node));
      await cluster.untilReady(nodes.map(nodeId), READY_LIMIT_MS);
      const ca = await readFile(cluster.certificates.caFile);
      return new FaultCluster({ cluster, links, nodes, ca, mounts });
    } catch (error) {
      await endAll(cluster, links, mounts);
      throw error;
    }
  }

  wire(node: number, silenceMs: number): S3Wire {
    const wire = new S3Wire({
      endpoint: this.cluster.endpoint(nodeId(node)),
      region: TEST_REGION,
      accessKeyId: TEST_CREDENTIALS.accessKeyId,
      secretAccessKey: TEST_CREDENTIALS.secretAccessKey,
      ca: this.#ca,
      silenceMs,
    });
    this.#wires.push(wire);
    return wire;
  }

  /** s3d and its NATS server at once, as power loss does (but what the kernel holds of files stays). */
  async powerOff(node: number): Promise<void> {
    await this.cluster.signalMachine(nodeId(node), 'SIGKILL');
    await this.untilGone(node);
  }

  async untilGone(node: number): Promise<void> {
    while ((await this.cluster.pidOf(nodeId(node))) !== undefined) await systemClock.sleep(10);
  }

  /** Starts nodes that are down; resolves when they and all others are ready. */
  async bringUp(nodes: readonly number[]): Promise<void> {
    for (const node of nodes) await this.cluster.start(nodeId(node));
    await this.cluster.untilReady(nodes.map(nodeId), READY_LIMIT_MS);
  }

  async stop(node: number): Promise<void> {
    await this.cluster.stop(nodeId(node));
  }

  dataOf(node: number): ReturnType<typeof dataDirectoryOf> {
    return dataDirectoryOf(this.cluster.directory, nodeId(node));
  }

  /** Removes the metadata view of a node that is down. */
  async loseView(node: number): Promise<void> {
    await rm(this.dataOf(node).view, { recursive: true, force: true });
  }

  /** Removes the LMDB index of a node that is down; its segments stay. */
  async loseIndex(node: number): Promise<void> {
    await rm(join(this.dataOf(node).segments, 'index'), { recursive: true, force: true });
  }

  /** Flips single bits all over the segments of a node; resolves with how many. */
  async rot(node: number, bits: number, chance: SeededChance): Promise<number> {
    const directory = join(this.dataOf(node).segments, 'segments');
    const names = (await readdir(directory)).filter((name) => name.endsWith('.seg'));
    const files = await Promise.all(names.sort().map((name) => stat(join(directory, name))));
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let flipped = 0;
    for (let n = 0; n < bits && total > 0; n += 1) {
      let at = Math.floor(chance.fraction() * total);
      const index = files.findIndex(({ size }) => (at < size ? true : ((at -= size), false)));
      const file = await open(join(directory, names[index]!), 'r+');
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, at);
      byte[0]! ^= 1 << chance.integer(0, 7);
      await file.write(byte, 0, 1, at);
      await file.close();
      flipped += 1;
    }
    return flipped;
  }

  /** Leaves about `freeBytes` on the disk of a node, whose other files grow meanwhile. */
  async fillDisk(node: number, freeBytes: number): Promise<void> {
    const directory = this.dataOf(node).segments;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { stdout } = await run('df', ['--output=avail', '-B1', directory]);
      const ballastBytes = Number(stdout.trim().split('\n').at(-1)) - freeBytes * (attempt + 1);
      if (ballastBytes <= 0) return;
      const length = String(ballastBytes);
      const filling = run('fallocate', ['-l', length, join(directory, BALLAST)]);
      if (
        await filling.then(
          () => true,
          () => false,
        )
      )
        return;
    }
    throw new Error(`the disk of node ${node} cannot be filled`);
  }

  async emptyDisk(node: number): Promise<void> {
    await rm(join(this.dataOf(node).segments, BALLAST), { force: true });
  }

  log(node: number): Promise<string> {
    return readFile(this.cluster.logFile(nodeId(node)), 'utf8');
  }

  async close(): Promise<void> {
    for (const wire of this.#wires) wire.close();
    await endAll(this.cluster, this.links, this.#mounts);
  }
}

async function mountDisk(directory: string, node: number, bytes: number): Promise<string> {
  const { segments } = dataDirectoryOf(directory, nodeId(node));
  await mkdir(segments, { recursive: true, mode: 0o700 });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', segments]);
  return segments;
}

async function endAll(cluster: LocalCluster, links: Links, mounts: readonly string[]): Promise<void> {
  for (const { id } of cluster.nodes) await cluster.signalMachine(id, 'SIGKILL');
  await cluster.stopAll();
  await links.close();
  for (const mount of mounts) await run('umount', ['-l', mount]);
  await rm(cluster.directory, { recursive: true, force: true });
}

function tomlOf(options: FaultClusterOptions, hostOf: (node: number) => string): string {
  const { nodes, dataShards, parityShards, transport, config = '' } = options;
  const entries = Array.from({ length: nodes }, (_, index) => {
    const host = hostOf(index + 1);
    return `
[[db]]
id = ${index + 1}
host = "${host}"
port = ${PORTS.nats}
cluster_port = ${PORTS.routes}
[[storage]]
id = ${index + 1}
host = "${host}"
port = ${PORTS.shards}
`;
  });
  return `version = 1
region = "${TEST_REGION}"
transport = "${transport}"
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
