// A store that rots gives the right bytes or a typed error.

import { env } from 'node:process';
import { expect, test } from '@jest/globals';
import * as engine from '../../../src/segments/segment-store.ts';
import { restingStore, runRot } from './rot-run.ts';

const RUNS = Number(env['SIMULATION_ROT_RUNS'] ?? 600);
const FIRST_SEED = Number(env['SIMULATION_ROT_SEED'] ?? 1);

test(
  'any damage to segments, sidecars, state or index rows costs what it touches and nothing else',
  async () => {
    const resting = await restingStore(engine);
    const counts = { damages: 0, refusedToOpen: 0, lostShards: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      try {
        await runRot(engine, resting, seed, counts);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
    expect(counts.lostShards).toBeGreaterThan(RUNS / 10);
    expect(counts.refusedToOpen).toBeGreaterThan(RUNS / 50);
  },
  60_000 + RUNS * 100,
);
