// What the benches of the metadata plane share: servers of their own, a record, and a stopwatch.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { ObjectRecord } from '../../src/contracts/records.ts';
import { composeWriteId, nodeId } from '../../src/core/ids.ts';
import { ensureNatsServer } from '../../src/host/nats-binary.ts';
import { silentLogger } from '../../src/platform/log.ts';

const CASE_MS = 3_000;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export interface Servers {
  readonly urls: string[];
  stop(): Promise<void>;
}

/** Starts `count` servers whose files lie in `directory`. `sync`: of a stream's writes, as nats-server spells it. */
export async function startServers(count: number, directory: string, sync = 'always'): Promise<Servers> {
  const cacheDirectory = join(process.cwd(), '.cache');
  const environmentPath = process.env['NATS_SERVER_BIN'];
  const binary = await ensureNatsServer({ cacheDirectory, environmentPath, log: silentLogger });
  const ports = await Promise.all(
    Array.from({ length: count }, async () => ({ client: await freePort(), route: await freePort() })),
  );
  const routes = ports.map(({ route }) => `nats://127.0.0.1:${route}`).join(', ');
  const children: ChildProcess[] = [];
  for (const [at, { client, route }] of ports.entries()) {
    const config = join(directory, `n${at}.conf`);
    const cluster =
      count === 1 ? '' : `cluster { name: bench, listen: "127.0.0.1:${route}", routes: [${routes}] }`;
    const store = join(directory, `n${at}`);
    await writeFile(
      config,
      `server_name: n${at}\nlisten: "127.0.0.1:${client}"\njetstream { store_dir: "${store}", sync_interval: ${sync} }\n${cluster}\n`,
    );
    children.push(spawn(binary, ['-c', config], { stdio: 'ignore' }));
  }
  return {
    urls: ports.map(({ client }) => `nats://127.0.0.1:${client}`),
    stop: async () => {
      const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
    },
  };
}

/** A record as a PUT of 4 KiB makes it. */
export function record(): ObjectRecord {
  const write = composeWriteId(1_700_000_000_000, nodeId(1), randomBytes(8));
  return {
    v: 1,
    size: 4096,
    etag: '5d41402abc4b2a76b9719d911017c592',
    modified: '2026-01-02T03:04:05.678Z',
    headers: { 'content-type': 'application/octet-stream' },
    meta: {},
    blobs: [
      { write, size: 4096, k: 2, m: 1, cell: 65_536, epoch: 1, nodes: [nodeId(1), nodeId(2), nodeId(3)] },
    ],
    request: randomBytes(8).toString('hex'),
  };
}

export function report(fields: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

/** Runs an operation for `caseMs`, so many at once, and reports how long it took. */
export async function measure(
  name: string,
  concurrency: number,
  operation: (at: number) => Promise<unknown>,
  caseMs = CASE_MS,
): Promise<void> {
  const tookMs: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - began < caseMs) {
      const at = next;
      next += 1;
      const from = performance.now();
      await operation(at);
      tookMs.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  tookMs.sort((a, b) => a - b);
  const quantile = (q: number): number => Number((tookMs[Math.floor(tookMs.length * q)] ?? 0).toFixed(3));
  report({
    case: name,
    concurrency,
    perSecond: Math.round(tookMs.length / seconds),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuUsPerOp: Math.round((user + system) / tookMs.length),
  });
}
