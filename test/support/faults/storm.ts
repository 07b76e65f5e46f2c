// One run: a cluster, clients, a schedule of faults, and the report of what it cost.

import { cp } from 'node:fs/promises';
import { nodeId } from '../../../src/core/ids.ts';
import { SeededChance } from '../seeded-chance.ts';
import type { CallFigure } from './call-log.ts';
import { FaultCluster, type FaultClusterOptions } from './fault-cluster.ts';
import { drawSchedule, runEpisode, type Episode, type FaultName } from './nemesis.ts';
import { Pulse } from './pulse.ts';
import { VersionedWorkload, type Versioning } from './versioned-workload.ts';
import { Workload } from './workload.ts';

export interface StormPlan extends Omit<FaultClusterOptions, 'chance'> {
  readonly seed: string;
  readonly totalMs: number;
  readonly faults: readonly FaultName[];
  readonly lastsMs: { readonly least: number; readonly most: number };
  readonly workers: number;
  /** Clients of each of the versioned buckets beside them. */
  readonly versionWorkers: number;
  /** Bits flipped on the disk of one node before the storm, in objects that were written whole. */
  readonly rottenBits?: number;
  readonly coldObjects: number;
  readonly bodyBytesMax: number;
  readonly multipart: number;
  readonly pauseMs: number;
  /** Told of every fault as it happens. */
  readonly onEpisode?: (episode: Episode, elapsedMs: number) => void;
}

export interface StormReport {
  readonly seed: string;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly rottenBits: number;
  readonly keys: number;
  readonly acknowledgedWrites: number;
  readonly degradedWrites: number;
  readonly readsVerified: number;
  readonly operations: Readonly<Record<string, CallFigure>>;
  readonly troubles: Readonly<Record<string, number>>;
  /** Lost, mixed or stale answers, with their histories. */
  readonly losses: readonly string[];
  /** Unplanned ends and warnings worth a look, from the logs. */
  readonly logs: Readonly<Record<string, number>>;
}

/** Longer than any stall that is allowed: the end of a request is the gateway's to make. */
const SILENCE_MS = 120_000;
const PROBE_SILENCE_MS = 5_000;
const HOT_KEYS = 12;
const VERSIONED_KEYS = 6;
const VERSIONINGS: readonly Versioning[] = ['enabled', 'locked', 'suspended'];
/** A day of a lifecycle rule; a pass is made every tenth of it. */
const DAY_S = 8;

export async function runStorm(plan: StormPlan): Promise<StormReport> {
  const chance = new SeededChance(plan.seed);
  const config = `[lifecycle]\ndebug_day_seconds = ${DAY_S}\n${plan.config ?? ''}`;
  const cluster = await FaultCluster.start({ ...plan, config, chance: chance.fork('cluster') });
  const beganAt = performance.now();
  const pulses = cluster.nodes.map((node) => new Pulse(cluster.wire(node, PROBE_SILENCE_MS)));
  const wires = cluster.nodes.map((node) => cluster.wire(node, SILENCE_MS));
  const { pauseMs } = plan;
  const plain = new Workload({
    ...{ bucket: 'storm', wires, pulses, pauseMs, chance: chance.fork('workload') },
    workers: plan.workers,
    hotKeys: HOT_KEYS,
    bodyBytesMax: plan.bodyBytesMax,
    multipart: plan.multipart,
    expiry: { prefix: 'expiring/', dayMs: DAY_S * 1000 },
  });
  const versioned = VERSIONINGS.map(
    (versioning) =>
      new VersionedWorkload({
        ...{ bucket: `${versioning}-storm`, versioning, wires, pulses, pauseMs },
        chance: chance.fork(versioning),
        workers: plan.versionWorkers,
        keys: VERSIONED_KEYS,
      }),
  );
  const workloads = [plain, ...versioned];
  try {
    for (const pulse of pulses) pulse.start();
    for (const workload of workloads) await workload.createBucket();
    await plain.prefill(plan.coldObjects, plan.bodyBytesMax);
    const victim = chance.pick(cluster.nodes);
    const rottenBits = await cluster.rot(victim, plan.rottenBits ?? 0, chance.fork('rot'));
    const schedule = drawSchedule({ ...plan, nodes: cluster.nodes }, chance.fork('schedule'));
    for (const workload of workloads) workload.start();
    const faults: Record<string, number> = {};
    for (const episode of schedule) {
      plan.onEpisode?.(episode, performance.now() - beganAt);
      faults[episode.fault] = (faults[episode.fault] ?? 0) + 1;
      await runEpisode(cluster, episode);
    }
    await Promise.all(workloads.map((workload) => workload.stop()));
    await cluster.bringUp(cluster.nodes);
    for (const workload of workloads) await workload.audit();
    return {
      seed: plan.seed,
      seconds: Math.round((performance.now() - beganAt) / 1000),
      faults,
      rottenBits,
      keys: sumOf(workloads, ({ keys }) => keys),
      acknowledgedWrites: sumOf(workloads, ({ acknowledged }) => acknowledged),
      degradedWrites: plain.degradedWrites,
      readsVerified: sumOf(workloads, ({ reads }) => reads),
      ...callsOf(workloads),
      losses: workloads.flatMap((workload) => workload.verdict()),
      logs: await countLogs(cluster),
    };
  } finally {
    await Promise.all([...workloads, ...pulses].map((running) => running.stop()));
    if (process.env['FAULTS_KEEP_LOGS'] !== undefined)
      await keepLogs(cluster, process.env['FAULTS_KEEP_LOGS']);
    await cluster.close();
  }
}

type Clients = Workload | VersionedWorkload;

function sumOf(workloads: readonly Clients[], count: (workload: Clients) => number): number {
  return workloads.reduce((sum, workload) => sum + count(workload), 0);
}

/** What all of them asked, by the kind of the request. */
function callsOf(workloads: readonly Clients[]): Pick<StormReport, 'operations' | 'troubles'> {
  const operations: Record<string, CallFigure> = {};
  const troubles: Record<string, number> = {};
  for (const { calls } of workloads) {
    for (const [kind, figure] of calls.figures) {
      const { done = 0, unknown = 0, longestMs = 0, longestLivedMs = 0 } = operations[kind] ?? {};
      operations[kind] = {
        done: done + figure.done,
        unknown: unknown + figure.unknown,
        longestMs: Math.max(longestMs, Math.round(figure.longestMs)),
        longestLivedMs: Math.max(longestLivedMs, figure.longestLivedMs),
      };
    }
    for (const [trouble, times] of calls.troubles) troubles[trouble] = (troubles[trouble] ?? 0) + times;
  }
  return { operations, troubles };
}

/** Errors of the logs by their message: what they count, a person judges. */
async function countLogs(cluster: FaultCluster): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const node of cluster.nodes) {
    for (const line of (await cluster.log(node)).split('\n')) {
      const message = messageOf(line);
      if (message !== undefined) counts[message] = (counts[message] ?? 0) + 1;
    }
  }
  return counts;
}

function messageOf(line: string): string | undefined {
  if (line === '') return undefined;
  try {
    const { level, msg } = JSON.parse(line) as { level: string | number; msg: string };
    return level === 'error' || level === 'fatal' || Number(level) >= 50 ? msg : undefined;
  } catch {
    return `not a log line: ${line.slice(0, 100)}`; // a stack trace that reached stderr
  }
}

async function keepLogs(cluster: FaultCluster, directory: string): Promise<void> {
  for (const node of cluster.nodes) {
    await cp(cluster.cluster.logFile(nodeId(node)), `${directory}/node-${node}.log`);
  }
}
