// What seal workers buy and cost: a store with 0, 1, 2 and 4 of them, in turns; one JSON line per number and case.
//
//   npm run build && node dist/scripts/bench/seal-workers.js [directory]
//
// Sixteen writers of 1 MiB shards with commits, then sixteen readers of whole shards from the page cache; medians of the turns. `mainBusy`
// is the part of the time in which the main thread could not have done anything else; CPU counts all threads. What was written goes
// after every turn, and all of it at the end, also on SIGINT and SIGTERM.

import { randomBytes, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { WriteId } from '../../src/core/ids.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import { openSegmentStore } from '../../src/segments/segment-store.ts';
import type { ShardStore } from '../../src/segments/shard-store.ts';

const MIB = 1024 * 1024;
const WORKERS = [0, 1, 2, 4];
const TURN_MS = 1500;
const TURNS = 5;
const AT_ONCE = 16;
const READ_SHARDS = 64;
const MASTER_KEY = randomBytes(32);
const OBJECT_HASH = randomBytes(32);
const RECORD = randomBytes(600);
const BODY = randomBytes(MIB);

interface Turn {
  readonly mibPerS: number;
  readonly cpuMsPerMib: number;
  readonly mainBusy: number;
}

/** Of a shard that nobody wrote. */
const NO_KEY = { writeId: 'f'.repeat(32) as WriteId, index: 0 };
let keys = 0;

async function put(store: ShardStore): Promise<ShardKey> {
  keys += 1;
  const key = { writeId: keys.toString(16).padStart(32, '0') as WriteId, index: 0 };
  const writer = await store.append({ key, objectHash: OBJECT_HASH, lengthBytes: MIB });
  for (let at = 0; at < MIB; at += MIB / 16) await writer.write(BODY.subarray(at, at + MIB / 16));
  await writer.commit(RECORD);
  return key;
}

async function get(store: ShardStore, key: ShardKey): Promise<void> {
  const reader = await store.read(key);
  let got = 0;
  for await (const part of reader?.bytes() ?? []) got += part.length;
  if (got !== MIB) throw new Error('a read is short');
}

/** Loops of `work`, 1 MiB each, for a while. */
async function turn(work: () => Promise<unknown>): Promise<Turn> {
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  const begun = performance.now();
  let mib = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() - begun < TURN_MS) {
      await work();
      mib += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - begun) / 1000;
  const mainBusy = performance.eventLoopUtilization(loopBefore).utilization;
  return { mibPerS: mib / seconds, cpuMsPerMib: (user + system) / 1000 / mib, mainBusy };
}

/** One turn of writing and one of reading on a store that is opened for them. */
async function measure(directory: string, sealWorkers: number): Promise<Record<string, Turn>> {
  const watermarks = { nearFull: 0, full: 0 };
  const segmentBytesMax = 64 * MIB;
  const store = await openSegmentStore({
    directory,
    masterKey: MASTER_KEY,
    watermarks,
    segmentBytesMax,
    sealWorkers,
  });
  const written: ShardKey[] = [];
  while (written.length < READ_SHARDS) written.push(await put(store));
  const append = await turn(async () => written.push(await put(store)));
  const read = await turn(() => get(store, written[randomInt(READ_SHARDS)] ?? NO_KEY));
  await store.delete(written);
  await store.close();
  return { append, read };
}

function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return Math.round(middle * 1000) / 1000;
}

function report(workers: number, rounds: readonly Record<string, Turn>[]): void {
  for (const name of ['append', 'read']) {
    const turns = rounds.flatMap((round) => round[name] ?? []);
    const of = (figure: keyof Turn): number => median(turns.map((one) => one[figure]));
    const line = {
      case: name,
      workers,
      mibPerS: of('mibPerS'),
      cpuMsPerMib: of('cpuMsPerMib'),
      mainBusy: of('mainBusy'),
    };
    console.log(JSON.stringify(line));
  }
}

const directory = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'predastore-bench-'));
const clean = (): void => rmSync(directory, { recursive: true, force: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clean();
    process.exit(1);
  });
}
try {
  const rounds = new Map<number, Record<string, Turn>[]>(WORKERS.map((workers) => [workers, []]));
  await measure(directory, 0);
  for (let at = 0; at < TURNS; at += 1) {
    for (const [workers, own] of rounds) own.push(await measure(directory, workers));
  }
  for (const [workers, own] of rounds) report(workers, own);
} finally {
  clean();
}
