// Real nats-servers for tests: one, or three as a cluster, with JetStream that syncs every write.
//
// Each listens on a free port of 127.0.0.1, keeps its files in a temporary directory, and is ended by pid. `kill`,
// `pause` and `restart` make the faults; a restarted server has the ports and files it had before.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { ensureNatsServer } from '../../src/host/nats-binary.ts';
import { silentLogger } from '../../src/platform/log.ts';

const CACHE_DIRECTORY = fileURLToPath(new URL('../../.cache', import.meta.url));
const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 25;

export interface TestNatsOptions {
  readonly servers?: 1 | 3;
  /** Appended to every server's configuration: accounts, `max_payload: 64KB`, … */
  readonly config?: string;
}

/** Monitoring answers of the server, as far as readiness needs them. */
interface JetStreamStatus {
  readonly meta_cluster?: {
    readonly leader?: string;
    readonly cluster_size?: number;
    readonly replicas?: readonly { readonly current?: boolean }[];
  };
}

/** Below the ports that the kernel gives to outgoing connections: a probed port stays free until the server has it. */
const PORTS = { first: 10_000, count: 20_000 };

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + randomInt(PORTS.count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

export class TestNatsServer {
  readonly name: string;
  readonly port: number;
  readonly directory: string;
  readonly #binary: string;
  readonly #monitorPort: number;
  #child: ChildProcess | undefined;

  constructor(binary: string, name: string, directory: string, ports: { client: number; monitor: number }) {
    this.#binary = binary;
    this.name = name;
    this.directory = directory;
    this.port = ports.client;
    this.#monitorPort = ports.monitor;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get monitorUrl(): string {
    return `http://127.0.0.1:${this.#monitorPort}`;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} is not running`);
    return pid;
  }

  start(): void {
    const log = openSync(join(this.directory, `${this.name}.log`), 'a');
    const config = join(this.directory, `${this.name}.conf`);
    const child = spawn(this.#binary, ['-c', config], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    living.add(child);
    child.once('exit', () => {
      living.delete(child);
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** Ends the process and waits until it is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  }

  /** Freezes the process: its sockets stay open and silent. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Kills it if it runs, starts it on the same ports and files, waits until it is healthy. */
  async restart(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    await this.kill(signal);
    this.start();
    await this.waitHealthy();
  }

  async waitHealthy(): Promise<void> {
    await this.#poll(async () => (await this.#monitor('/healthz')) !== undefined);
  }

  /** Waits until this server knows a JetStream leader for a cluster of `size` whose peers are all current. */
  async waitClustered(size: number): Promise<void> {
    await this.#poll(async () => {
      const answer = (await this.#monitor('/jsz')) as JetStreamStatus | undefined;
      const meta = answer?.meta_cluster;
      if (meta === undefined || (meta.leader ?? '') === '' || meta.cluster_size !== size) return false;
      const peersOfLeader = meta.leader === this.name ? (meta.replicas ?? []) : undefined;
      return (
        peersOfLeader === undefined ||
        (peersOfLeader.length === size - 1 && peersOfLeader.every((peer) => peer.current))
      );
    });
  }

  /** The last lines of the server's log. */
  async logTail(): Promise<string> {
    const log = await readFile(join(this.directory, `${this.name}.log`), 'utf8').catch(() => '');
    return log.split('\n').slice(-20).join('\n');
  }

  async #monitor(path: string): Promise<unknown> {
    try {
      const response = await fetch(`${this.monitorUrl}${path}`, { signal: AbortSignal.timeout(1_000) });
      return response.ok ? await response.json() : undefined;
    } catch {
      return undefined;
    }
  }

  async #poll(isReady: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await isReady())) {
      if (this.#child === undefined) throw new Error(`${this.name} ended:\n${await this.logTail()}`);
      if (performance.now() > deadline) throw new Error(`${this.name} not ready:\n${await this.logTail()}`);
      await sleep(POLL_MS);
    }
  }
}

export class TestNats {
  readonly servers: readonly TestNatsServer[];
  readonly #directory: string;

  constructor(servers: readonly TestNatsServer[], directory: string) {
    this.servers = servers;
    this.#directory = directory;
  }

  get urls(): string[] {
    return this.servers.map((server) => server.url);
  }

  /** The first server: the only one, unless a cluster was asked for. */
  get server(): TestNatsServer {
    return this.servers[0]!;
  }

  async waitReady(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.waitHealthy()));
    if (this.servers.length === 1) return;
    await Promise.all(this.servers.map((server) => server.waitClustered(this.servers.length)));
  }

  /** Ends every server and removes their files. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Starts one server or a cluster of three and waits until JetStream takes requests. */
export async function startNats(options: TestNatsOptions = {}): Promise<TestNats> {
  const binary = await ensureNatsServer({
    cacheDirectory: CACHE_DIRECTORY,
    environmentPath: process.env['NATS_SERVER_BIN'],
    log: silentLogger,
  });
  const directory = await mkdtemp(join(tmpdir(), 'predastore-test-nats-'));
  const names = options.servers === 3 ? ['n1', 'n2', 'n3'] : ['n1'];
  const routePorts = await Promise.all(names.map(() => freePort()));
  const servers = await Promise.all(
    names.map(async (name, index) => {
      const ports = { client: await freePort(), monitor: await freePort() };
      const config = configOf({ name, directory, ports, routePorts, index, extra: options.config ?? '' });
      await writeFile(join(directory, `${name}.conf`), config);
      return new TestNatsServer(binary, name, directory, ports);
    }),
  );
  const nats = new TestNats(servers, directory);
  for (const server of servers) server.start();
  try {
    await nats.waitReady();
  } catch (error) {
    await nats.stop();
    throw error;
  }
  return nats;
}

interface ServerConfig {
  readonly name: string;
  readonly directory: string;
  readonly ports: { readonly client: number; readonly monitor: number };
  readonly routePorts: readonly number[];
  readonly index: number;
  readonly extra: string;
}

function configOf(server: ServerConfig): string {
  const routes = server.routePorts.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  const cluster = [
    'cluster {',
    '  name: test',
    `  listen: 127.0.0.1:${server.routePorts[server.index]!}`,
    `  routes: [${routes}]`,
    '}',
  ];
  return [
    `server_name: ${server.name}`,
    `listen: 127.0.0.1:${server.ports.client}`,
    `http: 127.0.0.1:${server.ports.monitor}`,
    'jetstream {',
    `  store_dir: "${join(server.directory, server.name)}"`,
    '  sync_interval: always',
    '  max_mem: 256MB',
    '  max_file: 4GB',
    '}',
    ...(server.routePorts.length > 1 ? cluster : []),
    server.extra,
    '',
  ].join('\n');
}

// A test run that dies must not leave servers behind.
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
