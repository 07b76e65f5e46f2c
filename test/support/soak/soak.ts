// scripts/soak.sh [--minutes 60] [--seed TEXT] [--calm]: rounds of mixed load with faults on one cluster; after each everything is deleted.
//
// What has to stay flat from round to round: resident memory and file descriptors of every s3d and nats-server, bytes of shards that
// are alive, consumers of JetStream. Dead bytes on disk come and go with compaction: they have a bound of their own.
// What has to be true in every round: nothing lost, mixed or stale. Ends with 1 when either is not.

import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { nodeId } from '../../../src/core/ids.ts';
import { startBus } from '../../../src/host/start-bus.ts';
import { natsRecordFile } from '../../../src/host/nats-supervisor.ts';
import { runningProcess } from '../../../src/host/process-record.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { loadMasterKey } from '../../../src/platform/master-key.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { FaultCluster } from '../faults/fault-cluster.ts';
import { drawSchedule, runEpisode, type FaultName } from '../faults/nemesis.ts';
import { Workload } from '../faults/workload.ts';
import { SeededChance } from '../seeded-chance.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    round: { type: 'string', default: '60' },
    seed: { type: 'string' },
    calm: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
});
/** Faults that leave the processes alive: a new process would hide what an old one leaks. */
const FAULTS: readonly FaultName[] = [
  'pause-machine',
  'isolate-silent',
  'cut-one-way',
  'isolate-refused',
  'flapping',
];
const GRACE_S = 10;
/** A day of the lifecycle rule that races the writers of some keys. */
const DAY_S = 8;
/** After the grace: the reclaimer looks every five seconds, compaction now and then. */
const QUIET_MS = 45_000;
/** Rounds in which caches and pools fill up. */
const WARM_UP_ROUNDS = 2;
const MIB = 1024 * 1024;
/** Between two passes, shorter than a round: what is dead for longer has no excuse. */
const COMPACTION_S = 15;
/** An engine leaves a segment that still takes extents alone up to this, and has two: for new shards and for moved ones (segment-set.ts). */
const DEAD_MAX_MIB = 2 * 64;

interface Level {
  readonly residentMib: number;
  readonly descriptors: number;
  /** On the disks of all nodes, and how much of it is alive or dead by the engines' own account. */
  readonly diskMib: number;
  readonly liveMib: number;
  readonly deadMib: number;
  /** Blobs that were replaced or deleted and whose shards were not given back yet. */
  readonly queued: number;
  readonly consumers: number;
}

async function processLevel(pid: number): Promise<{ resident: number; descriptors: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
  return { resident: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024, descriptors };
}

async function bytesUnder(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    // Blocks, not lengths: extents are reserved ahead as holes.
    bytes += entry.isDirectory() ? await bytesUnder(path) : (await stat(path)).blocks * 512;
  }
  return bytes;
}

async function consumersOf(cluster: FaultCluster): Promise<number> {
  const masterKey = await loadMasterKey(cluster.cluster.encryptionKeyFile);
  const plan = { config: cluster.cluster.config, masterKey, role: 'node', name: 'soak' } as const;
  const bus = await startBus(plan, { clock: systemClock, random: systemRandom, log: silentLogger });
  try {
    const manager = await jetstreamManager(bus.control.nats);
    let consumers = 0;
    for await (const { state } of manager.streams.list()) consumers += state.consumer_count;
    return consumers;
  } finally {
    await bus.close();
  }
}

/** The sum of a gauge over all nodes. */
async function gauged(cluster: FaultCluster, name: string): Promise<number> {
  let sum = 0;
  for (const node of cluster.nodes) {
    const wire = cluster.wire(node, 30_000);
    const { body } = await wire.send({ method: 'GET', path: '/-/metrics' });
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(body.toString())?.[1];
    if (value === undefined) throw new Error(`node ${node} does not tell ${name}`);
    sum += Number(value);
  }
  return sum;
}

async function levelOf(cluster: FaultCluster): Promise<Level> {
  let [resident, descriptors, disk] = [0, 0, 0];
  for (const node of cluster.nodes) {
    const nats = await runningProcess(natsRecordFile(cluster.dataOf(node).nats));
    for (const pid of [await cluster.cluster.pidOf(nodeId(node)), nats?.pid]) {
      if (pid === undefined) throw new Error(`a process of node ${node} is gone`);
      const level = await processLevel(pid);
      resident += level.resident;
      descriptors += level.descriptors;
    }
    disk += await bytesUnder(cluster.dataOf(node).segments);
  }
  return {
    residentMib: Math.round(resident / MIB),
    descriptors,
    diskMib: Math.round(disk / MIB),
    liveMib: Math.round((await gauged(cluster, 'predastore_segments_live_bytes')) / MIB),
    deadMib: Math.round((await gauged(cluster, 'predastore_segments_dead_bytes')) / MIB),
    queued: await gauged(cluster, 'predastore_metadata_reclaim_queue'),
    consumers: await consumersOf(cluster),
  };
}

/** Every message that the metadata stream still has of objects: sequence, time, subject, bytes. */
async function streamHistory(cluster: FaultCluster): Promise<string[]> {
  const masterKey = await loadMasterKey(cluster.cluster.encryptionKeyFile);
  const plan = { config: cluster.cluster.config, masterKey, role: 'node', name: 'soak' } as const;
  const bus = await startBus(plan, { clock: systemClock, random: systemRandom, log: silentLogger });
  try {
    const manager = await jetstreamManager(bus.control.nats);
    const { state } = await manager.streams.info('KV_s3');
    const lines: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await manager.streams.getMessage('KV_s3', { seq }).catch(() => undefined);
      if (
        message?.subject.startsWith('$KV.s3.o.') !== true &&
        message?.subject.startsWith('$KV.s3.b.') !== true
      )
        continue;
      const { request, etag, id } = message.data.length > 0 ? message.json<Record<string, string>>() : {};
      lines.push(
        `${seq} ${message.time.toISOString()} ${message.subject} ${request ?? '-'} ${etag ?? id ?? 'gone'}`,
      );
    }
    return lines;
  } finally {
    await bus.close();
  }
}

function problemsOf(baseline: Level, last: Level, nodes: number): string[] {
  const limits: Partial<Level> = {
    residentMib: baseline.residentMib * 1.25 + 100,
    descriptors: baseline.descriptors + 40,
    // Everything was deleted: what is left are uploads and versions that await their rules.
    liveMib: baseline.liveMib + 32,
    deadMib: nodes * DEAD_MAX_MIB,
    diskMib: last.liveMib + last.deadMib + 64,
    queued: baseline.queued + 30,
    consumers: baseline.consumers,
  };
  return Object.entries(limits)
    .filter(([name, limit]) => last[name as keyof Level] > limit)
    .map(
      ([name, limit]) =>
        `${name} grew from ${baseline[name as keyof Level]} to ${last[name as keyof Level]} (limit ${limit})`,
    );
}

async function round(cluster: FaultCluster, number: number, chance: SeededChance): Promise<Workload> {
  const workload = new Workload({
    bucket: `soak-${number}`,
    wires: cluster.nodes.map((node) => cluster.wire(node, 30_000)),
    chance: chance.fork('workload'),
    workers: 6,
    hotKeys: 12,
    bodyBytesMax: 2_000_000,
    multipart: 0.02,
    pauseMs: 10,
    expiry: { prefix: 'expiring/', dayMs: DAY_S * 1000 },
  });
  await workload.createBucket();
  workload.start();
  const seconds = Number(values.round);
  if (values.calm) await systemClock.sleep(seconds * 1000);
  else {
    const plan = {
      faults: FAULTS,
      nodes: cluster.nodes,
      totalMs: seconds * 1000,
      lastsMs: { least: 1_000, most: 6_000 },
    };
    for (const episode of drawSchedule(plan, chance.fork('schedule'))) await runEpisode(cluster, episode);
  }
  await workload.stop();
  await workload.audit();
  if (workload.verdict().length === 0) await workload.removeAll();
  return workload;
}

const seed = values.seed ?? String(Date.now());
const chance = new SeededChance(seed);
const shape = { nodes: 3, dataShards: 2, parityShards: 1, transport: 'quic' } as const;
const config = `[reclaim]\ngrace_seconds = ${GRACE_S}\n[compaction]\ninterval_seconds = ${COMPACTION_S}\n[lifecycle]\ndebug_day_seconds = ${DAY_S}\n`;
// Without the large first heap of production, which a node fills for half an hour before it collects: a leak shows at once.
const processFlags: readonly string[] = [];
const cluster = await FaultCluster.start({ ...shape, config, processFlags, chance: chance.fork('cluster') });
const problems: string[] = [];
const levels: Level[] = [];
const sums = { operations: 0, unknown: 0, reads: 0, acknowledged: 0 };
try {
  const endsAtMs = performance.now() + Number(values.minutes) * 60_000;
  while (performance.now() < endsAtMs || levels.length < WARM_UP_ROUNDS + 2) {
    const workload = await round(cluster, levels.length + 1, chance.fork(`round ${levels.length}`));
    problems.push(...workload.verdict());
    for (const { done, unknown } of workload.calls.figures.values()) {
      sums.operations += done;
      sums.unknown += unknown;
    }
    sums.reads += workload.reads;
    sums.acknowledged += workload.acknowledged;
    await systemClock.sleep(GRACE_S * 1000 + QUIET_MS);
    const level = await levelOf(cluster);
    levels.push(level);
    console.info(`round ${levels.length}: ${JSON.stringify(level)} ${JSON.stringify(sums)}`);
    if (problems.length > 0) {
      // What the stream says of it, and the logs, before the cluster goes.
      for (const line of await streamHistory(cluster)) console.info(line);
      const kept = `/tmp/soak-${process.pid}`;
      await cp(join(cluster.cluster.directory, 'logs'), kept, { recursive: true });
      console.info(`logs kept in ${kept}`);
      break;
    }
  }
  const baseline = levels[WARM_UP_ROUNDS - 1];
  const last = levels.at(-1);
  if (baseline !== undefined && last !== undefined)
    problems.push(...problemsOf(baseline, last, cluster.nodes.length));
} finally {
  await cluster.close();
}
const report = { seed, minutes: values.minutes, rounds: levels.length, ...sums, levels, problems };
if (values.report !== undefined) await writeFile(values.report, JSON.stringify(report, null, 2));
console.info(JSON.stringify({ ...report, levels: [levels[WARM_UP_ROUNDS - 1], levels.at(-1)] }, null, 2));
process.exit(problems.length > 0 ? 1 : 0);
