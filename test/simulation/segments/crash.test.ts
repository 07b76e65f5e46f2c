// The power goes at every single I/O step of random histories.
//
// SIMULATION_RUNS makes it longer; SIMULATION_SEED and SIMULATION_PATH replay what a failure printed.

import { env } from 'node:process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as engine from '../../../src/segments/segment-store.ts';
import { arbitraryScript } from './arbitrary-steps.ts';
import { runCrashScript, type CrashScript } from './crash-run.ts';
import { CRASH_SCRIPTS } from './known-steps.ts';

const RUNS = Number(env['SIMULATION_RUNS'] ?? 12);
const SEED = env['SIMULATION_SEED'];
const PATH = env['SIMULATION_PATH'];
const STEPS_MAX = 14;

test(
  'whenever the power goes, acknowledged shards are exact, the rest is invisible, and no number is used twice',
  async () => {
    const counts = { points: 0, images: 0, opened: 0 };
    const begunMs = performance.now();
    await fc.assert(
      fc.asyncProperty(arbitraryScript(STEPS_MAX), (script) => runCrashScript(engine, script, counts)),
      {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        ...(PATH === undefined
          ? { examples: CRASH_SCRIPTS.map((script) => [script] as [CrashScript]) }
          : { path: PATH }),
      },
    );
    const seconds = (performance.now() - begunMs) / 1000;
    console.info(
      `${RUNS} histories, ${counts.points} crash points, ${counts.images} disks, ${counts.opened} different ones opened, ` +
        `${Math.round(counts.images / seconds)} a second`,
    );
    expect(counts.points).toBeGreaterThan(RUNS);
  },
  600_000 + RUNS * 5000,
);
