// What the storage engine does on this machine: one JSON line per case.
//
//   npm run build && node dist/scripts/bench/segments.js [directory]
//
// Reads come from the page cache. CPU counts all threads of the process. Compare runs of one machine only.

import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteId } from '../../src/core/ids.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import { openSegmentStore } from '../../src/segments/segment-store.ts';
import type { ShardStore } from '../../src/segments/shard-store.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const CASE_MS = 3000;
const OBJECT_HASH = randomBytes(32);
const RECORD = randomBytes(600);
const MASTER_KEY = randomBytes(32);

let keys = 0;

function nextKey(): ShardKey {
  keys += 1;
  return { writeId: keys.toString(16).padStart(32, '0') as WriteId, index: 0 };
}

async function put(store: ShardStore, body: Buffer): Promise<ShardKey> {
  const key = nextKey();
  const writer = await store.append({ key, objectHash: OBJECT_HASH, lengthBytes: body.length });
  for (let at = 0; at < body.length; at += 64 * KIB) await writer.write(body.subarray(at, at + 64 * KIB));
  await writer.commit(RECORD);
  return key;
}

async function get(store: ShardStore, key: ShardKey, start: number, bytes: number): Promise<void> {
  const reader = await store.read(key, { start, end: start + bytes });
  if (reader === undefined) throw new Error('a shard is missing');
  let got = 0;
  for await (const part of reader.bytes()) got += part.length;
  if (got !== bytes) throw new Error('a read is short');
}

/** Runs `work` in `concurrency` loops for a while and prints what it did. */
async function measure(
  name: string,
  concurrency: number,
  bytes: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const latencies: number[] = [];
  const loop = async (): Promise<void> => {
    while (performance.now() - begun < CASE_MS) {
      const at = performance.now();
      await work();
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const seconds = (performance.now() - begun) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuMs = (cpu.user + cpu.system) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): number => round(latencies[Math.floor(latencies.length * q)] ?? 0);
  const operations = latencies.length;
  console.log(
    JSON.stringify({
      case: name,
      concurrency,
      operationsPerS: round(operations / seconds),
      mibPerS: round((operations * bytes) / MIB / seconds),
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      cpuMsPerMib: round(cpuMs / ((operations * bytes) / MIB)),
      cpuUsPerOperation: round((cpuMs * 1000) / operations),
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function run(directory: string): Promise<void> {
  const open = (blockingReadBytesMax = 128 * KIB): Promise<ShardStore> =>
    openSegmentStore({ directory, masterKey: MASTER_KEY, blockingReadBytesMax });
  let store = await open();
  const large = randomBytes(MIB);
  const small = randomBytes(4 * KIB);
  const written: ShardKey[] = [];
  await measure('append+commit 1 MiB', 1, MIB, async () => written.push(await put(store, large)));
  await measure('append+commit 1 MiB', 16, MIB, async () => written.push(await put(store, large)));
  await measure('append+commit 4 KiB', 1, 4 * KIB, () => put(store, small));
  await measure('append+commit 4 KiB', 64, 4 * KIB, () => put(store, small));
  const any = (): ShardKey => written[randomInt(Math.min(written.length, 500))] ?? nextKey();
  const readAt = (bytes: number) => (): Promise<void> =>
    get(store, any(), randomInt(MIB / bytes) * bytes, bytes);
  for (const blocking of [0, 128 * KIB]) {
    await store.close();
    store = await open(blocking);
    const mode = blocking === 0 ? 'pool' : 'blocking';
    await measure(`read 8 KiB (${mode})`, 1, 8 * KIB, readAt(8 * KIB));
    await measure(`read 8 KiB (${mode})`, 16, 8 * KIB, readAt(8 * KIB));
    await measure(`read 64 KiB (${mode})`, 16, 64 * KIB, readAt(64 * KIB));
  }
  await measure('read 1 MiB', 4, MIB, readAt(MIB));
  await store.close();
}

const parent = process.argv[2] ?? tmpdir();
const directory = await mkdtemp(join(parent, 'predastore-bench-'));
try {
  await run(directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}
