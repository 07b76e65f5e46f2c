// Machines that die, freeze, lose their disks and their cables, one after another, under clients that check every byte and every order
// of answers. The long form is `make test-faults`; a run is named by its seed, so that the same one can be had again.

import { writeFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import type { FaultName } from '../../support/faults/nemesis.ts';
import { runStorm, type StormPlan } from '../../support/faults/storm.ts';

const seconds = Number(process.env['FAULTS_SECONDS'] ?? 0);
const isLong = seconds > 0;
const givenSeed = process.env['FAULTS_SEED'] ?? '';
const seed = givenSeed === '' ? `${Date.now()}` : givenSeed;
const canMount = process.getuid?.() === 0 && process.platform === 'linux';

const SHORT: readonly FaultName[] = [
  'kill-machine',
  'isolate-silent',
  'pause-machine',
  'kill-nats',
  'cut-one-way',
];
const LONG: readonly FaultName[] = [
  ...SHORT,
  'kill-s3d',
  'pause-s3d',
  'pause-nats',
  'terminate',
  'lose-view',
  'lose-index',
  'isolate-refused',
  'cut-one-link',
  'slow-wan',
  'slow-lte',
  'slow-satcom',
  'flapping',
  ...(canMount ? (['full-disk'] as const) : []),
  'kill-everything',
];

async function storm(name: string, plan: Partial<StormPlan> & { nodes: number }): Promise<void> {
  const chosen = (process.env['FAULTS_ONLY'] ?? '').split(',').filter((f) => f !== '') as FaultName[];
  const report = await runStorm({
    dataShards: 2,
    parityShards: 1,
    transport: 'quic',
    seed: `${name}/${seed}`,
    totalMs: seconds * 1000,
    faults: chosen.length > 0 ? chosen : isLong ? LONG : SHORT,
    lastsMs: isLong ? { least: 2_000, most: 15_000 } : { least: 1_500, most: 3_000 },
    workers: 6,
    versionWorkers: 2,
    rottenBits: 40,
    coldObjects: 24,
    bodyBytesMax: 1_000_000,
    multipart: isLong ? 0.02 : 0.01,
    pauseMs: 40,
    ...(isLong && canMount ? { diskBytes: 1 << 30 } : {}),
    onEpisode: ({ fault, node }, elapsedMs) => {
      if (isLong) process.stderr.write(`${(elapsedMs / 1000).toFixed(0)} s: ${fault} ${node}\n`);
    },
    ...plan,
  });
  if (isLong)
    process.stderr.write(`${JSON.stringify({ ...report, losses: report.losses.length }, null, 2)}\n`);
  const file = process.env['FAULTS_REPORT'];
  if (file !== undefined) await writeFile(file.replace('%', name), JSON.stringify(report, null, 2));
  expect({ seed: report.seed, losses: report.losses }).toEqual({ seed: report.seed, losses: [] });
  expect(report.rottenBits).toBe(40);
  expect(report.acknowledgedWrites).toBeGreaterThan(50);
}

test(
  'three nodes, RS(2,1): nothing acknowledged is lost, nothing is mixed, no answer is stale',
  async () => {
    await storm('three', { nodes: 3 });
  },
  (3 * seconds + 900) * 1000,
);

/** What outlives the graces below: a process that was frozen before a commit goes on after its shards were collected. */
const FREEZES: readonly FaultName[] = [
  'pause-s3d',
  'pause-machine',
  'pause-nats',
  'isolate-silent',
  'cut-one-way',
  'kill-s3d',
];
const GRACE_S = 10;
const SHORT_GRACES = `[reclaim]
grace_seconds = ${GRACE_S}
[orphans]
grace_seconds = ${GRACE_S}
interval_seconds = 5
[compaction]
interval_seconds = 5
`;

if (isLong) {
  test(
    'three nodes that collect after ten seconds, freezes that last longer',
    async () => {
      const lastsMs = { least: 1_200 * GRACE_S, most: 3_000 * GRACE_S };
      await storm('freezes', { nodes: 3, faults: FREEZES, lastsMs, config: SHORT_GRACES });
    },
    (3 * seconds + 900) * 1000,
  );

  test(
    'five nodes, RS(3,2), shards over TLS',
    async () => {
      await storm('five', { nodes: 5, dataShards: 3, parityShards: 2, transport: 'tls' });
    },
    (3 * seconds + 900) * 1000,
  );
}
