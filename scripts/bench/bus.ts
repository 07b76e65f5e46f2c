// What the bus costs: small calls a second, streams in both directions, and the latency of small calls beside a stream.
// Run after a build: `node dist/scripts/bench/bus.js`. Client, node and nats-server are three processes, and a second client
// makes the small calls beside a stream; `--one` puts client and node into one, as gateway and node are; `--streams`
// measures streams only, `--rounds N` each of them N times; `--quic` has the streams past NATS.

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { connectBus, type Bus } from '../../src/bus/connection.ts';
import { LocalBodies } from '../../src/bus/local-bodies.ts';
import type { OperationHandler } from '../../src/bus/operation.ts';
import { serveOperations } from '../../src/bus/operation-server.ts';
import type { TicketDesk } from '../../src/bus/ticket-desk.ts';
import { createClient, type Client } from '../../src/client/client.ts';
import { QuicWay } from '../../src/client/quic-way.ts';
import { operations, type OperationName } from '../../src/contracts/operations.ts';
import { validateRequest } from '../../src/contracts/validators.ts';
import { nodeId } from '../../src/core/ids.ts';
import { NODE_PROCESS_FLAGS } from '../../src/host/local-cluster.ts';
import { ensureNatsServer } from '../../src/host/nats-binary.ts';
import { natsEnvironment } from '../../src/host/nats-supervisor.ts';
import { startTickets } from '../../src/host/start-tickets.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';

const MIB = 1024 * 1024;
const IS_QUIC = process.argv.includes('--quic');
const ROUNDS = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 1;
const CALLS = 30_000;
const STREAM_BYTES = 1024 * MIB;
const CALLS_BESIDE = 2_000;
const PIECE = Buffer.alloc(64 * 1024, 7);
const CONTEXT = {
  requestId: '1234567890ABCDEF',
  accountId: '123456789012',
  principalArn: 'arn:aws:iam::123456789012:user/bench',
};

async function openBus(url: string, name: string): Promise<Bus> {
  return connectBus({ servers: [url], name, clock: systemClock, random: systemRandom, log: silentLogger });
}

async function* pieces(totalBytes: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let rest = totalBytes; rest > 0; rest -= PIECE.length)
    yield PIECE.subarray(0, Math.min(rest, PIECE.length));
}

const put: OperationHandler = async (call) => {
  let bytes = 0;
  for await (const piece of call.body?.bytes ?? []) bytes += piece.length;
  return { result: { ETag: `"${bytes}"` } };
};

const get: OperationHandler = (call) => {
  const lengthBytes = Number(call.parameters['Key']);
  return Promise.resolve({
    result: { ContentLength: lengthBytes },
    body: { lengthBytes, bytes: pieces(lengthBytes) },
  });
};

const head: OperationHandler = () =>
  Promise.resolve({
    result: { ContentLength: 4096, ETag: '"0123456789abcdef0123456789abcdef"', LastModified: 'now' },
  });

async function serveNode(
  bus: Bus,
  { localBodies, tickets }: { localBodies?: LocalBodies; tickets?: TicketDesk } = {},
): Promise<void> {
  const served = (name: OperationName, handler: OperationHandler) => ({
    description: operations[name],
    handler,
    validate: (parameters: unknown) => validateRequest(name, parameters),
  });
  await serveOperations({
    bus,
    node: nodeId(1),
    operations: [served('PutObject', put), served('GetObject', get), served('HeadObject', head)],
    version: '0.1.0',
    ...(localBodies === undefined ? {} : { localBodies }),
    tickets,
  });
}

async function openDoor(): Promise<{ tickets?: TicketDesk }> {
  if (!IS_QUIC) return {};
  const runtime = { clock: systemClock, random: systemRandom, log: silentLogger, metrics: noMetrics };
  const { desk } = await startTickets({ host: '127.0.0.1', port: await freePort() }, runtime);
  return { tickets: desk };
}

async function smallCalls(client: Client, concurrency: number, calls: number): Promise<number[]> {
  const latencies: number[] = [];
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await client.call('HeadObject', { Bucket: 'bench', Key: 'some/key/0001' }, { context: CONTEXT });
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return latencies.sort((a, b) => a - b);
}

const quantile = (sorted: number[], q: number): string =>
  (sorted[Math.floor(sorted.length * q)] ?? 0).toFixed(2);

/** The processes that take part, and what they have used of the machine: it counts on a busy one, time does not. */
class Watched {
  readonly #pids: readonly (readonly [string, number])[];

  constructor(pids: readonly (readonly [string, number])[]) {
    this.#pids = pids;
  }

  async timed(what: string, bytes: number, work: () => Promise<void>): Promise<void> {
    const before = await Promise.all(this.#pids.map(([, pid]) => usageOf(pid)));
    const started = performance.now();
    await work();
    const seconds = (performance.now() - started) / 1000;
    const after = await Promise.all(this.#pids.map(([, pid]) => usageOf(pid)));
    const cost = this.#pids.map(([name], index) => {
      const used = (after[index]?.cpuSeconds ?? 0) - (before[index]?.cpuSeconds ?? 0);
      return `${name} ${((used * 1024 * MIB) / bytes).toFixed(2)} (${after[index]?.residentMib ?? 0} MiB)`;
    });
    console.log(`${what}: ${Math.round(bytes / MIB / seconds)} MiB/s; CPU-s/GiB (RSS): ${cost.join(', ')}`);
  }
}

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** From /proc: Linux only, as the rest of the bench. */
async function usageOf(pid: number): Promise<{ cpuSeconds: number; residentMib: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    residentMib: Math.round((Number(fields[21]) * PAGE_BYTES) / MIB),
  };
}

async function putBytes(client: Client, lengthBytes: number): Promise<void> {
  const body = { lengthBytes, bytes: pieces(lengthBytes), announced: [], claims: () => [] };
  await client.call('PutObject', { Bucket: 'bench', Key: 'k' }, { context: CONTEXT, body });
}

async function getBytes(client: Client, lengthBytes: number): Promise<void> {
  const reply = await client.call(
    'GetObject',
    { Bucket: 'bench', Key: String(lengthBytes) },
    { context: CONTEXT },
  );
  let bytes = 0;
  for await (const piece of reply.body?.bytes ?? []) bytes += piece.length;
  if (bytes !== lengthBytes) throw new Error(`got ${bytes} of ${lengthBytes} bytes`);
}

async function measure(client: Client, watched: Watched, other: OtherClient): Promise<void> {
  if (!process.argv.includes('--streams')) await measureCalls(client);
  await measureStreams(client, watched, other);
}

async function measureCalls(client: Client): Promise<void> {
  await smallCalls(client, 16, 5_000);
  for (const concurrency of [1, 16, 64]) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const latencies = await smallCalls(client, concurrency, concurrency === 1 ? CALLS / 5 : CALLS);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const rate = Math.round(latencies.length / seconds);
    const cpuMicros = Math.round((user + system) / latencies.length);
    const text = `p50 ${quantile(latencies, 0.5)} ms, p99 ${quantile(latencies, 0.99)} ms`;
    console.log(
      `small calls, ${concurrency} at once: ${rate}/s, ${text}, ${cpuMicros} us CPU in this process`,
    );
  }
}

async function measureStreams(client: Client, watched: Watched, other: OtherClient): Promise<void> {
  await other.measure('small calls of another client, alone');
  for (let round = 0; round < ROUNDS; round += 1) {
    await watched.timed('PUT, one body', STREAM_BYTES, () => putBytes(client, STREAM_BYTES));
    await watched.timed('GET, one body', STREAM_BYTES, () => getBytes(client, STREAM_BYTES));
    await watched.timed('PUT, 4 MiB bodies, 8 at once', STREAM_BYTES, async () => {
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let n = 0; n < 32; n += 1) await putBytes(client, 4 * MIB);
        }),
      );
    });
    await beside(other, 'GET', () => getBytes(client, STREAM_BYTES));
    await beside(other, 'PUT', () => putBytes(client, STREAM_BYTES));
  }
}

/** Small calls of another process while `stream` runs, over and over until they are done. */
async function beside(other: OtherClient, what: string, stream: () => Promise<void>): Promise<void> {
  const enough = new AbortController();
  const streaming = (async () => {
    while (!enough.signal.aborted) await stream();
  })();
  await other.measure(`small calls of another client beside a ${what}`);
  enough.abort();
  await streaming;
}

/** A second client, in a process of its own. */
class OtherClient {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  async measure(what: string): Promise<void> {
    this.#child.send('go');
    const text = await new Promise((resolve) => this.#child.once('message', resolve));
    console.log(`${what}: ${String(text)}`);
  }
}

async function callOnDemand(url: string): Promise<void> {
  const client = createClient({ bus: await openBus(url, 'bench small calls') });
  await smallCalls(client, 1, 500);
  process.on('message', () => {
    void smallCalls(client, 1, CALLS_BESIDE).then((latencies) => {
      process.send?.(`p50 ${quantile(latencies, 0.5)} ms, p99 ${quantile(latencies, 0.99)} ms`);
    });
  });
}

async function forkedRole(role: string, url: string): Promise<ChildProcess> {
  // A node runs as an s3d does, a client as a client's program would.
  const execArgv = role === '--node' ? [...NODE_PROCESS_FLAGS] : [];
  const more = IS_QUIC ? ['--quic'] : [];
  const child = fork(fileURLToPath(import.meta.url), [role, url, ...more], { execArgv });
  await new Promise((resolve) => child.once('message', resolve));
  return child;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function main(): Promise<void> {
  const binary = await ensureNatsServer({
    cacheDirectory: '.cache',
    environmentPath: process.env['NATS_SERVER_BIN'],
    log: silentLogger,
  });
  const directory = await mkdtemp(join(tmpdir(), 'predastore-bench-bus-'));
  const port = await freePort();
  const config = join(directory, 'nats.conf');
  await writeFile(config, `listen: 127.0.0.1:${port}\n`);
  const server = spawn(binary, ['-c', config], {
    stdio: 'ignore',
    env: natsEnvironment(process.env, availableParallelism()),
  });
  const url = `nats://127.0.0.1:${port}`;
  const children: ChildProcess[] = [];
  try {
    const bus = await openBus(url, 'bench client');
    if (process.argv.includes('--one')) {
      const localBodies = new LocalBodies(systemClock, systemRandom);
      await serveNode(bus, { localBodies });
      const calls = await forkedRole('--calls', url);
      children.push(calls);
      const watched = new Watched([['this process', process.pid]]);
      const client = createClient({ bus, localBodies, node: nodeId(1) });
      await measure(client, watched, new OtherClient(calls));
    } else {
      const node = await forkedRole('--node', url);
      children.push(node);
      const calls = await forkedRole('--calls', url);
      children.push(calls);
      const watched = new Watched([
        ['client', process.pid],
        ['server', server.pid ?? 0],
        ['node', node.pid ?? 0],
      ]);
      const quic = IS_QUIC ? await QuicWay.open(systemClock, silentLogger) : undefined;
      const client = createClient({ bus, ...(quic === undefined ? {} : { quic }) });
      await measure(client, watched, new OtherClient(calls));
      await quic?.close();
    }
    await bus.close();
  } finally {
    for (const child of children) child.kill();
    server.kill();
    await rm(directory, { recursive: true, force: true });
  }
}

const [role, url = ''] = process.argv.slice(2);
if (role === '--node') await serveNode(await openBus(url, 'bench node'), await openDoor());
else if (role === '--calls') await callOnDemand(url);
else await main();
if (role === '--node' || role === '--calls') process.send?.('ready');
