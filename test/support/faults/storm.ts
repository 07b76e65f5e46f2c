// One run: a cluster, clients, a schedule of faults, and the report of what it cost.

import { cp } from 'node:fs/promises';
import { nodeId } from '../../../src/core/ids.ts';
import { SeededChance } from '../seeded-chance.ts';
import { FaultCluster, type FaultClusterOptions } from './fault-cluster.ts';
import { drawSchedule, runEpisode, type Episode, type FaultName } from './nemesis.ts';
import { VersionedWorkload } from './versioned-workload.ts';
import { Workload } from './workload.ts';

export interface StormPlan extends Omit<FaultClusterOptions, 'chance'> {
  readonly seed: string;
  readonly totalMs: number;
  readonly faults: readonly FaultName[];
  readonly lastsMs: { readonly least: number; readonly most: number };
  readonly workers: number;
  /** Clients of a versioned bucket beside them. */
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
  readonly operations: Readonly<Record<string, { done: number; unknown: number; longestMs: number }>>;
  readonly troubles: Readonly<Record<string, number>>;
  /** Lost, mixed or stale answers, with their histories. */
  readonly losses: readonly string[];
  /** Unplanned ends and warnings worth a look, from the logs. */
  readonly logs: Readonly<Record<string, number>>;
}

const SILENCE_MS = 30_000;
const HOT_KEYS = 12;
const VERSIONED_KEYS = 8;

export async function runStorm(plan: StormPlan): Promise<StormReport> {
  const chance = new SeededChance(plan.seed);
  const cluster = await FaultCluster.start({ ...plan, chance: chance.fork('cluster') });
  const beganAt = performance.now();
  let workload: Workload | undefined;
  let versioned: VersionedWorkload | undefined;
  try {
    const wires = cluster.nodes.map((node) => cluster.wire(node, SILENCE_MS));
    workload = new Workload({
      bucket: 'storm',
      wires,
      chance: chance.fork('workload'),
      workers: plan.workers,
      hotKeys: HOT_KEYS,
      bodyBytesMax: plan.bodyBytesMax,
      multipart: plan.multipart,
      pauseMs: plan.pauseMs,
    });
    versioned = new VersionedWorkload({
      bucket: 'versioned-storm',
      wires,
      chance: chance.fork('versioned'),
      workers: plan.versionWorkers,
      keys: VERSIONED_KEYS,
      pauseMs: plan.pauseMs,
    });
    await workload.createBucket();
    await versioned.createBucket();
    await workload.prefill(plan.coldObjects, plan.bodyBytesMax);
    const victim = chance.pick(cluster.nodes);
    const rottenBits = await cluster.rot(victim, plan.rottenBits ?? 0, chance.fork('rot'));
    const schedule = drawSchedule({ ...plan, nodes: cluster.nodes }, chance.fork('schedule'));
    workload.start();
    versioned.start();
    const faults: Record<string, number> = {};
    for (const episode of schedule) {
      plan.onEpisode?.(episode, performance.now() - beganAt);
      faults[episode.fault] = (faults[episode.fault] ?? 0) + 1;
      await runEpisode(cluster, episode);
    }
    await Promise.all([workload.stop(), versioned.stop()]);
    await cluster.bringUp(cluster.nodes);
    await workload.audit();
    await versioned.audit();
    return {
      seed: plan.seed,
      seconds: Math.round((performance.now() - beganAt) / 1000),
      faults,
      rottenBits,
      keys: workload.histories.size + versioned.histories.size,
      acknowledgedWrites: workload.acknowledged + versioned.acknowledged,
      degradedWrites: workload.degradedWrites,
      readsVerified: workload.reads + versioned.reads,
      operations: Object.fromEntries(
        [...workload.calls.figures, ...versioned.calls.figures].map(([kind, { longestMs, ...counts }]) => [
          kind,
          { ...counts, longestMs: Math.round(longestMs) },
        ]),
      ),
      troubles: Object.fromEntries([...workload.calls.troubles, ...versioned.calls.troubles]),
      losses: [...workload.verdict(), ...versioned.verdict()],
      logs: await countLogs(cluster),
    };
  } finally {
    await Promise.all([workload?.stop(), versioned?.stop()]);
    if (process.env['FAULTS_KEEP_LOGS'] !== undefined)
      await keepLogs(cluster, process.env['FAULTS_KEEP_LOGS']);
    await cluster.close();
  }
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
