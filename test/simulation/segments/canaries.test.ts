// Planted bugs, each found by the simulation; and a history that fails shrinks, and fails again from its seed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { env } from 'node:process';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { inTemporaryDirectory } from '../../support/segment-stores.ts';
import { transpileSources } from '../../support/transpiled-sources.ts';
import { CANARIES, planted, type Canary } from './canaries.ts';
import type { SimulationEnd } from './simulate.ts';

/** Runs from its translation. */
const PROGRAM = new URL('simulate.ts', import.meta.url);
/** A bug that hides longer than this is not caught: histories, seeds of a fault run, damages. */
const RUNS: Readonly<Record<Canary['caughtBy'], number>> = { crash: 60, faults: 1, rot: 2000 };
const AT_ONCE = 2;
const SECONDS_MAX = 300;
/** A history takes a tenth of a second of a core that nobody else wants. */
const SECONDS_PER_HISTORY_MAX = 2;
/** Histories of the engine without a bug. */
const SOUND_RUNS = Number(env['SIMULATION_RUNS'] ?? 15);
const SOUND_SEED = Number(env['SIMULATION_SEED'] ?? 7);
/** A long run keeps two cores busy, each with histories of its own. */
const SOUND_PARTS = SOUND_RUNS >= 100 ? AT_ONCE : 1;

async function simulate(canary: Canary | undefined, ...runs: readonly string[][]): Promise<SimulationEnd[]> {
  return inTemporaryDirectory(async (directory) => {
    await transpileSources(
      directory,
      [
        'src/core',
        'src/platform',
        'src/segments',
        'test/simulation',
        'test/simulation/segments',
        'test/support/segment-stores.ts',
      ],
      (name, source) => (canary === undefined ? source : planted(canary, name, source)),
    );
    const program = join(directory, 'test/simulation/segments', basename(PROGRAM.pathname, '.ts') + '.js');
    const ends: SimulationEnd[] = [];
    for (const args of runs) ends.push(await run(program, args));
    return ends;
  });
}

/** Without stack traces a run takes two thirds of the time: thousands of expected errors have one. */
async function run(program: string, args: readonly string[]): Promise<SimulationEnd> {
  const secondsMax = SECONDS_MAX + Number(args[1]) * SECONDS_PER_HISTORY_MAX;
  const child = spawn(process.execPath, ['--stack-trace-limit=0', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: secondsMax * 1000,
    killSignal: 'SIGKILL',
  });
  const exit = once(child, 'exit');
  const output = await text(child.stdout);
  await exit;
  const last = output.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`${args.join(' ')} did not end in ${secondsMax} s: ${last}`);
  return JSON.parse(last) as SimulationEnd;
}

describe('a bug planted in the engine is found', () => {
  test(
    'each of them',
    async () => {
      const waiting = [...CANARIES];
      const lines: string[] = [];
      const missed: string[] = [];
      const worker = async (): Promise<void> => {
        for (let canary = waiting.shift(); canary !== undefined; canary = waiting.shift()) {
          const { bug, caughtBy, seed = 1, path = '' } = canary;
          const [end] = await simulate(canary, [caughtBy, String(RUNS[caughtBy]), String(seed), path]);
          if (end?.broken === undefined) missed.push(bug);
          lines.push(
            `${end?.seconds.toFixed(1)} s, ${caughtBy}, ${end?.points} points: ${bug}: ${end?.broken}`,
          );
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      if (env['CANARY_REPORT'] !== undefined) console.info(lines.join('\n'));
      expect(missed).toEqual([]);
    },
    SECONDS_MAX * 1000 * CANARIES.length,
  );

  test('and shrinks to a few steps, which fail again from seed and path', async () => {
    const canary = CANARIES.find(({ bug }) => bug === 'the sidecar is not synced before a commit');
    const [found] = await simulate(canary, ['crash', '50', '1', '', 'shrink']);
    expect(found?.broken).toBeDefined();
    expect(found?.shrunkSteps).toBeLessThanOrEqual(5);
    const [again] = await simulate(canary, ['crash', '50', String(found?.seed), found?.path ?? '']);
    expect(again?.broken).toBe(found?.broken);
    expect(again?.points).toBeLessThan(found?.points ?? 0);
  }, 300_000);
});

test(
  'without a bug nothing is found',
  async () => {
    const runs = String(Math.ceil(SOUND_RUNS / SOUND_PARTS));
    const begunMs = performance.now();
    const parts = Array.from({ length: SOUND_PARTS }, async (_, part) => {
      const [end] = await simulate(undefined, ['crash', runs, String(SOUND_SEED + part)]);
      return end;
    });
    const ends = await Promise.all(parts);
    const total = (count: 'points' | 'images' | 'opened'): number =>
      ends.reduce((sum, end) => sum + (end?.[count] ?? 0), 0);
    console.info(
      `${total('points')} crash points, ${total('images')} disks, ${total('opened')} different ones opened, ` +
        `${Math.round((total('images') / (performance.now() - begunMs)) * 1000)} a second`,
    );
    expect(ends.map((end) => end?.seed)).toEqual(ends.map((_, part) => SOUND_SEED + part));
    const broken = ends.filter((end) => end?.broken !== undefined);
    expect(broken.map((end) => `${end?.broken}: seed ${end?.seed}, path ${end?.path}`)).toEqual([]);
  },
  (SECONDS_MAX + SOUND_RUNS * SECONDS_PER_HISTORY_MAX) * 1000,
);
