// Speed of shard operations between one client and one storage node, over each transport and in-process, with a real
// engine in a temporary directory. Client and server share this process and its core, so a cluster does better per node.
//
// Run: node dist/scripts/bench/shards.js

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeWriteId, nodeId, type WriteId } from '../../src/core/ids.ts';
import { CELL_BYTES } from '../../src/core/limits.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSegmentStore } from '../../src/segments/segment-store.ts';
import { createShardClient } from '../../src/shards/node-shard-client.ts';
import type { ShardClient } from '../../src/shards/shard-client.ts';
import { createShardServer } from '../../src/storage/shard-server.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { generateNodeKey } from '../../src/transport/node-key.ts';

const SELF = nodeId(1);
const REMOTE = nodeId(2);
const CONCURRENCY = 32;
const RECORD = Buffer.alloc(400, 'r');

interface Case {
  readonly name: string;
  readonly shardBytes: number;
  readonly operations: number;
}

const CASES: readonly Case[] = [
  { name: '4 KiB', shardBytes: 4096, operations: 4000 },
  { name: '64 KiB', shardBytes: CELL_BYTES, operations: 1500 },
  { name: '4 MiB', shardBytes: 64 * CELL_BYTES, operations: 60 },
];

/** Runs `work` for 0 … count - 1, some at a time; operations per second and CPU microseconds for each. */
async function measure(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<{ perSecond: number; cpuMicros: number }> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  const cpu = process.cpuUsage();
  const startedMs = systemClock.monotonicMs();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = (systemClock.monotonicMs() - startedMs) / 1000;
  const used = process.cpuUsage(cpu);
  return { perSecond: Math.round(count / seconds), cpuMicros: Math.round((used.user + used.system) / count) };
}

async function runCase(client: ShardClient, node: typeof SELF, { name, shardBytes, operations }: Case) {
  const bytes = Buffer.alloc(shardBytes, 7);
  const ids: WriteId[] = [];
  for (let i = 0; i < operations; i += 1) ids.push(composeWriteId(i, node, systemRandom.bytes(8)));
  const keyOf = (index: number) => ({ writeId: ids[index] ?? composeWriteId(0, node, RECORD), index: 0 });
  const put = await measure(operations, async (index) => {
    const upload = await client.put(node, {
      key: keyOf(index),
      objectHash: Buffer.alloc(32),
      lengthBytes: shardBytes,
    });
    for (let at = 0; at < shardBytes; at += CELL_BYTES) {
      await upload.write(bytes.subarray(at, at + CELL_BYTES));
    }
    await upload.commit(RECORD);
  });
  const get = await measure(operations, async (index) => {
    const outcome = await client.get(node, keyOf(index), { start: 0, end: shardBytes });
    if (outcome.kind === 'absent') throw new Error('absent');
    let total = 0;
    for await (const chunk of outcome.download.bytes) total += chunk.length;
    if (total !== shardBytes) throw new Error('short');
  });
  return {
    shard: name,
    'put/s': put.perSecond,
    'put µs CPU': put.cpuMicros,
    'get/s': get.perSecond,
    'get µs CPU': get.cpuMicros,
  };
}

async function run(kind: 'quic' | 'tls' | 'pipe' | 'local'): Promise<object[]> {
  const directory = mkdtempSync(join(tmpdir(), 'predastore-bench-'));
  const metrics = createMetrics();
  const store = await openSegmentStore({ directory, masterKey: Buffer.alloc(32, 1) });
  const server = createShardServer({ store, clock: systemClock, logger: silentLogger, metrics });
  const common = { clock: systemClock, logger: silentLogger, membership: () => true };
  const wire = kind === 'local' ? 'pipe' : kind;
  const near = createTransport({ ...common, kind: wire, nodeKey: generateNodeKey() });
  const far = createTransport({ ...common, kind: wire, nodeKey: generateNodeKey() });
  const listener = await far.listen({ host: '127.0.0.1', port: 0 }, server.onStream);
  const client = createShardClient({
    transport: near,
    self: SELF,
    local: server.local,
    resolve: () => ({ address: { host: '127.0.0.1', port: listener.port }, peerId: far.self }),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    metrics,
  });
  const rows: object[] = [];
  for (const each of CASES) {
    rows.push({ over: kind, ...(await runCase(client, kind === 'local' ? SELF : REMOTE, each)) });
  }
  await client.close();
  await near.close();
  await server.close();
  await far.close();
  await store.close();
  rmSync(directory, { recursive: true });
  return rows;
}

const rows: object[] = [];
for (const kind of ['local', 'pipe', 'quic', 'tls'] as const) rows.push(...(await run(kind)));
console.table(rows);
