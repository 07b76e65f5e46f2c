// What happens to a cluster while clients use it: a schedule of faults drawn from a seed, each with a beginning and an end.
//
// Invariant: a fault leaves nothing behind; after `end` every node runs and every link is whole. What destroys data for good (rot, a lost
// index) hits one node per run only, because M = 1 promises no more.

import { nodeId } from '../../../src/core/ids.ts';
import type { SeededChance } from '../seeded-chance.ts';
import type { FaultCluster } from './fault-cluster.ts';
import { PROFILES, type ProfileName } from './links.ts';

export type FaultName =
  | 'kill-machine'
  | 'kill-s3d'
  | 'kill-nats'
  | 'pause-machine'
  | 'pause-s3d'
  | 'pause-nats'
  | 'terminate'
  | 'lose-view'
  | 'lose-index'
  | 'isolate-silent'
  | 'isolate-refused'
  | 'cut-one-way'
  | 'cut-one-link'
  | 'slow-wan'
  | 'slow-lte'
  | 'slow-satcom'
  | 'flapping'
  | 'full-disk'
  | 'kill-everything';

export interface Episode {
  readonly fault: FaultName;
  readonly node: number;
  readonly other: number;
  readonly lastsMs: number;
  readonly calmMs: number;
}

export interface SchedulePlan {
  readonly faults: readonly FaultName[];
  readonly nodes: readonly number[];
  readonly totalMs: number;
  /** How long one fault lasts. */
  readonly lastsMs: { readonly least: number; readonly most: number };
}

/** Each of `faults` in random order, again and again until the time is used up, each at least once. */
export function drawSchedule(plan: SchedulePlan, chance: SeededChance): readonly Episode[] {
  const episodes: Episode[] = [];
  let plannedMs = 0;
  while (plannedMs < plan.totalMs || episodes.length < plan.faults.length) {
    for (const fault of chance.shuffled(plan.faults)) {
      const [node, other] = chance.shuffled(plan.nodes);
      const lastsMs = chance.integer(plan.lastsMs.least, plan.lastsMs.most);
      const calmMs = chance.integer(500, 2_000);
      episodes.push({ fault, node: node!, other: other!, lastsMs, calmMs });
      plannedMs += lastsMs + calmMs;
      if (plannedMs >= plan.totalMs && episodes.length >= plan.faults.length) return episodes;
    }
  }
  return episodes;
}

export async function runEpisode(cluster: FaultCluster, episode: Episode): Promise<void> {
  const end = await BEGIN[episode.fault](cluster, episode);
  await pause(episode.lastsMs);
  await end();
  await pause(episode.calmMs);
}

type Begin = (cluster: FaultCluster, episode: Episode) => Promise<() => Promise<void>>;

const signalled =
  (how: 'signalMachine' | 'signal' | 'signalNats'): Begin =>
  async ({ cluster }, { node }) => {
    await cluster[how](nodeId(node), 'SIGSTOP');
    return async () => {
      await cluster[how](nodeId(node), 'SIGCONT');
    };
  };

const shaped =
  (profile: ProfileName): Begin =>
  async (cluster, { node }) => {
    cluster.links.shape(PROFILES[profile], [node]);
    return async () => cluster.links.heal();
  };

const down =
  (meanwhile: (cluster: FaultCluster, node: number) => Promise<void> = async () => undefined): Begin =>
  async (cluster, { node }) => {
    await cluster.powerOff(node);
    await meanwhile(cluster, node);
    return () => cluster.bringUp([node]);
  };

const BEGIN: Readonly<Record<FaultName, Begin>> = {
  'kill-machine': down(),
  'lose-view': down((cluster, node) => cluster.loseView(node)),
  'lose-index': down((cluster, node) => cluster.loseIndex(node)),
  'kill-s3d': async (cluster, { node }) => {
    await cluster.cluster.signal(nodeId(node), 'SIGKILL');
    await cluster.untilGone(node);
    return () => cluster.bringUp([node]);
  },
  'kill-nats': async ({ cluster }, { node }) => {
    await cluster.signalNats(nodeId(node), 'SIGKILL');
    return async () => undefined; // its s3d starts it again
  },
  'pause-machine': signalled('signalMachine'),
  'pause-s3d': signalled('signal'),
  'pause-nats': signalled('signalNats'),
  terminate: async (cluster, { node }) => {
    await cluster.stop(node);
    return () => cluster.bringUp([node]);
  },
  'isolate-silent': async ({ links }, { node }) => {
    links.isolate(node, 'silent');
    return async () => links.heal();
  },
  'isolate-refused': async ({ links }, { node }) => {
    links.isolate(node, 'refused');
    return async () => links.heal();
  },
  'cut-one-way': async ({ links, nodes }, { node }) => {
    for (const other of nodes) if (other !== node) links.cut(node, other);
    return async () => links.heal();
  },
  'cut-one-link': async ({ links }, { node, other }) => {
    links.cut(node, other);
    links.cut(other, node);
    return async () => links.heal();
  },
  'slow-wan': shaped('wan'),
  'slow-lte': shaped('lteDegraded'),
  'slow-satcom': shaped('satcom'),
  flapping: async ({ links }, { node }) => {
    let isOver = false;
    const flap = async (): Promise<void> => {
      while (!isOver) {
        links.isolate(node, 'silent');
        await pause(500);
        links.heal();
        await pause(1_000);
      }
    };
    const flapping = flap();
    return async () => {
      isOver = true;
      await flapping;
      links.heal();
    };
  },
  'full-disk': async (cluster, { node }) => {
    await cluster.fillDisk(node, 256 * 1024);
    return () => cluster.emptyDisk(node);
  },
  'kill-everything': async (cluster) => {
    await Promise.all(cluster.nodes.map((node) => cluster.powerOff(node)));
    return () => cluster.bringUp(cluster.nodes);
  },
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
