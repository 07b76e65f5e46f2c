// What links of the field do to a cluster: every link between its nodes is shaped, one profile after the other, under clients that check
// every byte. Long form only (`make test-faults`); the table it prints is that of docs/reliability.md.

import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/platform/clock.ts';
import { FaultCluster } from '../../support/faults/fault-cluster.ts';
import { PROFILES, type ProfileName } from '../../support/faults/links.ts';
import { runEpisode } from '../../support/faults/nemesis.ts';
import { Workload } from '../../support/faults/workload.ts';
import { SeededChance } from '../../support/seeded-chance.ts';

const seconds = Number(process.env['FAULTS_SECONDS'] ?? 0);
const isLong = seconds > 0;
const seed = process.env['FAULTS_SEED'] ?? String(Date.now());
/** Of one profile: a tenth of what a storm takes, but enough for operations that take seconds each. */
const LASTS_MS = Math.max(25_000, seconds * 100);
/** Small enough for links of half a megabit. */
const BODY_BYTES_MAX = 60_000;
const SILENCE_MS = 60_000;

interface Row {
  readonly profile: string;
  readonly done: number;
  readonly unknown: number;
  readonly writes: number;
  readonly degraded: number;
  readonly putMs: string;
  readonly getMs: string;
  readonly longestMs: number;
  readonly losses: number;
}

const names = Object.keys(PROFILES) as ProfileName[];
const rows: Row[] = [];
let cluster: FaultCluster;

beforeAll(async () => {
  if (!isLong) return;
  const shape = { nodes: 3, dataShards: 2, parityShards: 1, transport: 'quic' } as const;
  cluster = await FaultCluster.start({ ...shape, chance: new SeededChance(`profiles/${seed}`) });
}, 180_000);

afterAll(async () => {
  if (!isLong) return;
  await cluster.close();
  for (const row of rows) process.stderr.write(`${JSON.stringify(row)}\n`);
  const file = process.env['FAULTS_REPORT'];
  if (file !== undefined) await writeFile(file.replace('%', 'profiles'), JSON.stringify(rows, null, 2));
}, 60_000);

function rowOf(profile: string, { calls, acknowledged, degradedWrites, verdict }: Measured): Row {
  const figures = [...calls.figures.values()];
  const times = (kind: string): string =>
    [0.5, 0.99].map((fraction) => Math.round(calls.quantileMs(kind, fraction) ?? NaN)).join(' / ');
  return {
    profile,
    done: figures.reduce((sum, { done }) => sum + done, 0),
    unknown: figures.reduce((sum, { unknown }) => sum + unknown, 0),
    writes: acknowledged,
    degraded: degradedWrites,
    putMs: times('put'),
    getMs: times('get'),
    longestMs: Math.round(Math.max(...figures.map(({ longestMs }) => longestMs))),
    losses: verdict.length,
  };
}

type Measured = Pick<Workload, 'calls' | 'acknowledged' | 'degradedWrites'> & {
  readonly verdict: readonly string[];
};

(isLong ? test : test.skip).each<ProfileName | 'flapping'>([...names, 'flapping'])(
  '%s: nothing is lost, mixed or stale',
  async (name) => {
    const chance = new SeededChance(`${name}/${seed}`);
    const workload = new Workload({
      bucket: `profile-${name.toLowerCase()}`,
      wires: cluster.nodes.map((node) => cluster.wire(node, SILENCE_MS)),
      chance,
      workers: 4,
      hotKeys: 8,
      bodyBytesMax: BODY_BYTES_MAX,
      multipart: 0,
      pauseMs: 20,
    });
    await workload.createBucket();
    if (name !== 'flapping') cluster.links.shape(PROFILES[name]);
    workload.start();
    if (name === 'flapping') {
      const node = chance.pick(cluster.nodes);
      await runEpisode(cluster, { fault: 'flapping', node, other: node, lastsMs: LASTS_MS, calmMs: 0 });
    } else await systemClock.sleep(LASTS_MS);
    await workload.stop();
    const { calls, acknowledged, degradedWrites } = workload;
    // Before the audit, whose reads go over links that are whole again.
    const measured = rowOf(name, { calls, acknowledged, degradedWrites, verdict: [] });
    cluster.links.heal();
    await workload.audit();
    const losses = workload.verdict();
    rows.push({ ...measured, losses: losses.length });
    expect({ seed, losses }).toEqual({ seed, losses: [] });
    expect(measured.writes).toBeGreaterThan(0);
  },
  LASTS_MS + 240_000,
);
