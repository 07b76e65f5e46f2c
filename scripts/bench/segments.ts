// What the storage engine does on this machine: one JSON line per case.
//
//   npm run build && node dist/scripts/bench/segments.js [directory] [case …]
//
// Appends are compared with a plain appender (plain-appender.ts) and appends under compaction with appends without: the two take
// turns, and the ratio is of the medians. Reads come from the page cache. CPU counts all threads of the process. Compare
// runs of one machine only; on a loaded one believe ratios and CPU time. A case takes up to 4 GiB of the directory (the system's
// temporary one when none is given), and leaves nothing behind, also on SIGINT and SIGTERM.

import { randomBytes, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteId } from '../../src/core/ids.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import { noMetrics, type Metrics } from '../../src/platform/metrics.ts';
import { openLmdbTables } from '../../src/segments/lmdb-tables.ts';
import { openSegmentStore } from '../../src/segments/segment-store.ts';
import { ShardIndex, type IndexEntry } from '../../src/segments/shard-index.ts';
import type { ShardStore } from '../../src/segments/shard-store.ts';
import type { SegmentStoreOptions } from '../../src/segments/store-options.ts';
import { PlainAppender } from './plain-appender.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const TURN_MS = 1500;
const TURNS = 5;
const OBJECT_HASH = randomBytes(32);
const RECORD = randomBytes(600);
const MASTER_KEY = randomBytes(32);

interface Turn {
  readonly perS: number;
  readonly cpuUs: number;
  readonly latenciesMs: readonly number[];
}

let keys = 0;

function nextKey(): ShardKey {
  keys += 1;
  return { writeId: keys.toString(16).padStart(32, '0') as WriteId, index: 0 };
}

function openStore(directory: string, options: Partial<SegmentStoreOptions> = {}): Promise<ShardStore> {
  const watermarks = { nearFull: 0, full: 0 };
  return openSegmentStore({ directory, masterKey: MASTER_KEY, watermarks, ...options });
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

/** `concurrency` loops of `work` for a while. */
async function turn(concurrency: number, work: () => Promise<unknown>): Promise<Turn> {
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const latenciesMs: number[] = [];
  const loop = async (): Promise<void> => {
    while (performance.now() - begun < TURN_MS) {
      const at = performance.now();
      await work();
      latenciesMs.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - begun) / 1000;
  return {
    perS: latenciesMs.length / seconds,
    cpuUs: (cpu.user + cpu.system) / latenciesMs.length,
    latenciesMs,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function report(name: string, concurrency: number, bytes: number, turns: readonly Turn[]): number {
  const perS = median(turns.map((one) => one.perS));
  const cpuUs = median(turns.map((one) => one.cpuUs));
  const latencies = turns.flatMap((one) => one.latenciesMs).sort((a, b) => a - b);
  const quantile = (q: number): number => round(latencies[Math.floor(latencies.length * q)] ?? 0);
  print({
    case: name,
    concurrency,
    operationsPerS: round(perS),
    mibPerS: round((perS * bytes) / MIB),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuUsPerOperation: round(cpuUs),
    cpuMsPerMib: round(cpuUs / 1000 / (bytes / MIB)),
  });
  return perS;
}

function print(line: Record<string, unknown>): void {
  console.log(JSON.stringify(line));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Appends and commits, in turns with the plain appender. */
async function append(directory: string, bytes: number, concurrency: number): Promise<void> {
  const store = await openStore(join(directory, 'store'));
  const plain = await PlainAppender.create(join(directory, 'plain'));
  const body = randomBytes(bytes);
  const ours: Turn[] = [];
  const theirs: Turn[] = [];
  await turn(concurrency, () => put(store, body));
  await turn(concurrency, () => plain.put(body));
  for (let at = 0; at < TURNS; at += 1) {
    ours.push(await turn(concurrency, () => put(store, body)));
    theirs.push(await turn(concurrency, () => plain.put(body)));
  }
  await store.close();
  await plain.close();
  const name = `${bytes / KIB} KiB`;
  const fast = report(`append + commit ${name}`, concurrency, bytes, ours);
  const bound = report(`plain write + fdatasync + sealing ${name}`, concurrency, bytes, theirs);
  print({ case: `append ${name}: ratio to plain`, concurrency, ratio: round(fast / bound) });
}

async function reads(directory: string): Promise<void> {
  const path = join(directory, 'store');
  let store = await openStore(path);
  const written: ShardKey[] = [];
  while (written.length < 300) written.push(await put(store, randomBytes(MIB)));
  const any = (): ShardKey => written[randomInt(written.length)] ?? nextKey();
  const readAt = (bytes: number) => (): Promise<void> =>
    get(store, any(), randomInt(MIB / bytes) * bytes, bytes);
  for (const blockingReadBytesMax of [0, 128 * KIB]) {
    await store.close();
    store = await openStore(path, { blockingReadBytesMax });
    const mode = blockingReadBytesMax === 0 ? 'pool' : 'blocking';
    for (const [bytes, concurrency] of [
      [8 * KIB, 1],
      [8 * KIB, 16],
      [64 * KIB, 16],
    ] as const) {
      const turns: Turn[] = [];
      for (let at = 0; at < TURNS; at += 1) turns.push(await turn(concurrency, readAt(bytes)));
      report(`read ${bytes / KIB} KiB (${mode})`, concurrency, bytes, turns);
    }
  }
  report('read 1 MiB', 4, MIB, [await turn(4, readAt(MIB)), await turn(4, readAt(MIB))]);
  await store.close();
}

/** Counts what compaction moves, and drops every other metric. */
class MovedBytes {
  bytes = 0;

  readonly metrics: Metrics = {
    ...noMetrics,
    counter: (name) => ({
      add: (amount) => {
        if (name === 'predastore_compaction_moved_bytes_total') this.bytes += amount;
      },
    }),
  };
}

/**
 * Appends of 1 MiB while half-dead segments are compacted at the usual pace, in turns with appends alone, each of the two first in
 * every other round.
 */
async function compaction(directory: string): Promise<void> {
  const path = join(directory, 'store');
  const options = { segmentBytesMax: 64 * MIB };
  const body = randomBytes(MIB);
  const moved = new MovedBytes();
  const turns = { alone: [] as Turn[], beside: [] as Turn[] };
  const measure = async (which: keyof typeof turns): Promise<void> => {
    const settings = { intervalMs: 1, bytesPerS: 64 * MIB };
    const extra = which === 'alone' ? {} : { compaction: settings, metrics: moved.metrics };
    const store = await openStore(path, { ...options, ...extra });
    const written: ShardKey[] = [];
    turns[which].push(await turn(16, async () => written.push(await put(store, body))));
    await store.delete(written);
    await store.close();
  };
  const store = await openStore(path, options);
  const written: ShardKey[] = [];
  while (written.length < 1200)
    written.push(...(await Promise.all(Array.from({ length: 8 }, () => put(store, body)))));
  await store.delete(written.filter((_key, index) => index % 2 === 0));
  await store.close();
  for (let at = 0; at < 2 * TURNS; at += 1) {
    for (const which of at % 2 === 0 ? (['alone', 'beside'] as const) : (['beside', 'alone'] as const))
      await measure(which);
  }
  const free = report('append + commit 1 MiB, no compaction', 16, MIB, turns.alone);
  const shared = report('append + commit 1 MiB, beside compaction', 16, MIB, turns.beside);
  const movedMibPerS = round(moved.bytes / MIB / ((2 * TURNS * TURN_MS) / 1000));
  print({ case: 'compaction steals', fraction: round(1 - shared / free), movedMibPerS });
}

/** Opening a store whose index has a million rows in a hundred segments. */
async function opening(directory: string): Promise<void> {
  const path = join(directory, 'store');
  const first = await openStore(path);
  await put(first, randomBytes(KIB));
  await first.close();
  const count = 1_000_000;
  const index = ShardIndex.open(join(path, 'index'), openLmdbTables);
  for (let from = 0; from < count; from += 10_000) {
    const entries = Array.from({ length: 10_000 }, (_, at) => syntheticEntry(from + at));
    await index.apply({ put: entries, remove: [], totals: new Map() });
  }
  await index.apply({ put: [], remove: [], totals: index.recount().totals });
  await index.close();
  const times: number[] = [];
  for (let at = 0; at < TURNS; at += 1) {
    const begun = performance.now();
    const store = await openStore(path);
    times.push(performance.now() - begun);
    await store.close();
  }
  print({ case: 'open a store of 1 million extents', medianMs: round(median(times)) });
}

function syntheticEntry(number: number): IndexEntry {
  const extent = {
    segment: 1,
    offset: 4096,
    firstFragment: 1,
    shardNumber: 1,
    lengthBytes: 4096,
    keyEpoch: 1,
  };
  const writeId = randomBytes(16).toString('hex') as WriteId;
  const at = { ...extent, offset: 4096 + 8240 * number, shardNumber: number + 1 };
  return { key: { writeId, index: 0 }, objectHash: OBJECT_HASH, extent: at, rowOffset: 4096, rowBytes: 768 };
}

/** Appends of 1 MiB and nothing else: what profile.ts looks at. */
async function appendAlone(directory: string): Promise<void> {
  const store = await openStore(join(directory, 'store'));
  const body = randomBytes(MIB);
  const turns: Turn[] = [];
  for (let at = 0; at < 2 * TURNS; at += 1) turns.push(await turn(16, () => put(store, body)));
  report('append + commit 1024 KiB, alone', 16, MIB, turns);
  await store.close();
}

/** Reads of 64 KiB from the page cache and nothing else. */
async function readAlone(directory: string): Promise<void> {
  const store = await openStore(join(directory, 'store'));
  const written: ShardKey[] = [];
  while (written.length < 300) written.push(await put(store, randomBytes(MIB)));
  const bytes = 64 * KIB;
  const work = (): Promise<void> =>
    get(store, written[randomInt(written.length)] ?? nextKey(), randomInt(MIB / bytes) * bytes, bytes);
  const turns: Turn[] = [];
  for (let at = 0; at < 2 * TURNS; at += 1) turns.push(await turn(16, work));
  report('read 64 KiB, alone', 16, bytes, turns);
  await store.close();
}

const CASES: Readonly<Record<string, (directory: string) => Promise<void>>> = {
  'append-1mib-16': (directory) => append(directory, MIB, 16),
  'append-1mib-1': (directory) => append(directory, MIB, 1),
  'append-4kib-64': (directory) => append(directory, 4 * KIB, 64),
  'append-4kib-1': (directory) => append(directory, 4 * KIB, 1),
  reads,
  compaction,
  open: opening,
  'append-alone': appendAlone,
  'read-alone': readAlone,
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const [parent = tmpdir(), ...wanted] = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(CASES)) {
  const directory = await mkdtemp(join(parent, 'predastore-bench-'));
  const stop = (): void => {
    rmSync(directory, { recursive: true, force: true });
    process.exit(1);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  await mkdir(join(directory, 'store'));
  try {
    await CASES[name]?.(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
