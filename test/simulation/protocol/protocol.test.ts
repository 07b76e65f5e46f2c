// Many histories of a cluster in simulated time, each from its seed. A seed that fails is run again by SIMULATION_SEED=<n>.

import { expect, test } from '@jest/globals';
import { EARLY_COLLECTION, FROZEN } from './frozen.ts';
import { World } from './world.ts';

const given = process.env['SIMULATION_SEED'];
const histories = Number(process.env['SIMULATION_HISTORIES'] ?? 40);
const first = given === undefined ? Number(process.env['SIMULATION_FIRST'] ?? 1) : Number(given);
const count = given === undefined ? histories : 1;
/** On the real storage engine, with its compaction and recovery; a fifth as fast. */
const deep = given === undefined ? Math.max(4, Math.floor(count / 10)) : 1;
const frozen = given === undefined ? Math.max(5, Math.floor(count / 8)) : 1;

test(`${count} histories: nothing is lost, mixed, stale or endless`, async () => {
  const beganAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let [operations, steps, unknown] = [0, 0, 0];
  for (let seed = first; seed < first + count; seed += 1) {
    const report = await new World({ seed }).run();
    operations += report.operations;
    steps += report.steps;
    unknown += report.unknown;
    expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
  }
  const perMinute = Math.round((count / (performance.now() - beganAt)) * 60_000);
  // On a busy machine only the time of a core says what the simulation costs. Microseconds.
  const { user, system } = process.cpuUsage(cpuBefore);
  const perCoreMinute = Math.round((count * 60_000_000) / (user + system));
  if (process.env['SIMULATION_HISTORIES'] !== undefined)
    process.stderr.write(
      `${JSON.stringify({ count, perMinute, perCoreMinute, operations, unknown, steps })}\n`,
    );
  expect(operations).toBeGreaterThan(count * 20);
}, 3_600_000);

test(`${deep} histories on the real storage engine`, async () => {
  for (let seed = first; seed < first + deep; seed += 1) {
    const { violations } = await new World({ seed, engine: 'real' }).run();
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
}, 3_600_000);

test(`${frozen} histories of processes that are frozen in the moment of a commit, for longer than any grace`, async () => {
  for (let seed = first; seed < first + frozen; seed += 1) {
    const { violations } = await new World({ seed, ...FROZEN, plant: EARLY_COLLECTION }).run();
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
}, 3_600_000);

test('a seed is a history: run twice it is the same to the last step', async () => {
  for (const seed of [3, 7]) {
    const [one, two] = [await new World({ seed }).run(), await new World({ seed }).run()];
    expect(two).toEqual(one);
  }
  const other = await new World({ seed: 4 }).run();
  expect(other.trace).not.toBe((await new World({ seed: 3 }).run()).trace);
});
