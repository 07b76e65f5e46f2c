// What the transports cost: MiB/s, CPU seconds per GiB and small requests per second, for each adapter.
//
// Usage: node dist/scripts/bench/transport.js [kind,kind…] [seconds per test]
// The two ends are separate processes (but for `pipe`), on loopback. One JSON line per figure. CPU is user + system of
// both processes; loopback flatters whoever sends large datagrams, so trust CPU per GiB over MiB/s.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/log.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { generateNodeKey } from '../../src/transport/node-key.ts';
import type { Transport, TransportConnection, TransportStream } from '../../src/transport/transport.ts';

const HERE = '127.0.0.1';
const MIB = 1024 * 1024;
const COMMAND_BYTES = 5;
/** What a stream asks of the server: read everything, send so many bytes, or answer a small request. */
const SINK = 0;
const SOURCE = 1;
const ECHO = 2;
const CELL = Buffer.alloc(64 * 1024, 0x5a);

interface Greeting {
  readonly port: number;
  readonly peer: string;
}

function newTransport(kind: Transport['kind']): Transport {
  const logger = createLogger('error');
  return createTransport({
    kind,
    nodeKey: generateNodeKey(),
    membership: () => true,
    clock: systemClock,
    logger,
  });
}

async function serve(stream: TransportStream): Promise<void> {
  const first = Buffer.from((await stream.read()) ?? []);
  const command = first.readUInt8(0);
  const amount = first.readUInt32BE(1);
  while ((await stream.read()) !== null);
  if (command === SOURCE) await send(stream, amount);
  else await stream.end(command === ECHO ? CELL.subarray(0, 1024) : CELL.subarray(0, 1));
}

async function send(stream: TransportStream, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CELL.length) {
    await stream.write(left >= CELL.length ? CELL : CELL.subarray(0, left));
  }
  await stream.end();
}

function listen(transport: Transport): ReturnType<Transport['listen']> {
  return transport.listen({ host: HERE, port: 0 }, (stream) => {
    serve(stream).catch((error: unknown) => stream.abort(error as Error));
  });
}

async function childMain(kind: Transport['kind']): Promise<void> {
  const transport = newTransport(kind);
  const listener = await listen(transport);
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.send?.({ port: listener.port, peer: transport.self } satisfies Greeting);
}

function command(kind: number, amount: number): Buffer {
  const bytes = Buffer.alloc(COMMAND_BYTES);
  bytes[0] = kind;
  bytes.writeUInt32BE(amount, 1);
  return bytes;
}

async function drain(stream: TransportStream): Promise<number> {
  let bytes = 0;
  for (let part = await stream.read(); part !== null; part = await stream.read()) bytes += part.length;
  return bytes;
}

async function upload(connection: TransportConnection, bytes: number): Promise<void> {
  const stream = await connection.openStream();
  await stream.write(command(SINK, bytes));
  await send(stream, bytes);
  await drain(stream);
}

async function download(connection: TransportConnection, bytes: number): Promise<void> {
  const stream = await connection.openStream();
  await stream.end(command(SOURCE, bytes));
  if ((await drain(stream)) !== bytes) throw new Error('short download');
}

const REQUEST = Buffer.concat([command(ECHO, 0), CELL.subarray(0, 1024)]);

async function smallRequest(connection: TransportConnection): Promise<void> {
  const stream = await connection.openStream();
  await stream.end(REQUEST);
  await drain(stream);
}

/** Runs `operation` from `concurrency` workers for `seconds`; the latencies of all, in milliseconds. */
async function repeat(
  operation: () => Promise<void>,
  concurrency: number,
  seconds: number,
): Promise<number[]> {
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now < until;) {
      await operation();
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return latencies;
}

const seconds = (usage: NodeJS.CpuUsage): number => (usage.user + usage.system) / 1e6;

async function cpuOf(child: ChildProcess | undefined): Promise<number> {
  if (child === undefined) return 0;
  child.send('cpu');
  const [usage] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return seconds(usage);
}

interface Bench {
  readonly kind: string;
  readonly connection: TransportConnection;
  readonly child: ChildProcess | undefined;
  readonly duration: number;
}

async function bulk(bench: Bench, direction: 'up' | 'down', streams: number, bytes: number): Promise<void> {
  const move = direction === 'up' ? upload : download;
  await repeat(() => move(bench.connection, bytes), streams, 0.2);
  const cpuBefore = (await cpuOf(bench.child)) + seconds(process.cpuUsage());
  const begun = performance.now();
  const done = await repeat(() => move(bench.connection, bytes), streams, bench.duration);
  const elapsed = (performance.now() - begun) / 1000;
  const cpu = (await cpuOf(bench.child)) + seconds(process.cpuUsage()) - cpuBefore;
  const mib = (done.length * bytes) / MIB;
  print(bench, `${direction} ${streams} × ${bytes / 1024} KiB`, {
    mibPerS: round(mib / elapsed),
    cpuSPerGib: Number((cpu / (mib / 1024)).toFixed(2)),
  });
}

async function small(bench: Bench, concurrency: number): Promise<void> {
  await repeat(() => smallRequest(bench.connection), concurrency, 0.3);
  const cpuBefore = (await cpuOf(bench.child)) + seconds(process.cpuUsage());
  const latencies = await repeat(() => smallRequest(bench.connection), concurrency, bench.duration);
  const cpu = (await cpuOf(bench.child)) + seconds(process.cpuUsage()) - cpuBefore;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
  print(bench, `1 KiB request/reply, ${concurrency} at once`, {
    rps: round(latencies.length / bench.duration),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuUsPerRequest: round((cpu * 1e6) / latencies.length),
  });
}

const round = (value: number): number => Math.round(value);

function print(bench: Bench, test: string, figures: Record<string, number>): void {
  process.stdout.write(`${JSON.stringify({ kind: bench.kind, test, ...figures })}\n`);
}

async function measure(bench: Bench): Promise<void> {
  for (const direction of ['up', 'down'] as const) {
    for (const streams of [1, 8]) {
      for (const bytes of [512 * 1024, 4 * MIB]) await bulk(bench, direction, streams, bytes);
    }
  }
  await small(bench, 1);
  await small(bench, 32);
}

async function withChild(kind: Transport['kind'], duration: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['--child', kind]);
  const client = newTransport(kind);
  try {
    const [greeting] = (await once(child, 'message')) as [Greeting];
    const connection = await client.connect({ host: HERE, port: greeting.port }, greeting.peer);
    await measure({ kind, connection, child, duration });
  } finally {
    await client.close();
    child.kill();
  }
}

async function inProcess(duration: number): Promise<void> {
  const transport = newTransport('pipe');
  const { port } = await listen(transport);
  const connection = await transport.connect({ host: HERE, port }, transport.self);
  await measure({ kind: 'pipe', connection, child: undefined, duration });
  await transport.close();
}

async function main(kinds: readonly string[], duration: number): Promise<void> {
  for (const kind of kinds) {
    if (kind === 'pipe') await inProcess(duration);
    else await withChild(kind as Transport['kind'], duration);
  }
}

const [first = 'quic,tls,pipe', second = '1.5'] = process.argv.slice(2);
if (first === '--child') await childMain(second as Transport['kind']);
else await main(first.split(','), Number(second));
