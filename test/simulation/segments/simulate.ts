// The simulations of this folder as a program of its own: canaries run it with a bug planted in the engine, and plain Node runs it
// several times faster than a test runner does.
//
// Arguments: what to run (`crash`, `faults`, `rot`), how often, the first seed, where to begin (the path of a counterexample, the
// number of the call that fails), and `shrink` to make what `crash` finds small. The last line of the output is a SimulationEnd as
// JSON. Exit status 0 whatever was found.

import fc from 'fast-check';
import { messageOf } from '../../../src/core/errors.ts';
import * as engine from '../../../src/segments/segment-store.ts';
import { arbitraryScript } from './arbitrary-steps.ts';
import { runCrashScript, type CrashScript } from './crash-run.ts';
import { FAULT_KINDS, callsToFail, runFaultScript, type FaultScript } from './fault-run.ts';
import { CRASH_SCRIPTS, FAULT_HISTORY, WIDE_FAULT_HISTORY, WIDE_SEGMENT_BYTES_MAX } from './known-steps.ts';
import { restingStore, runRot } from './rot-run.ts';

const STEPS_MAX = 14;

export interface SimulationEnd {
  /** What was found broken; absent when everything held. */
  readonly broken?: string;
  /** Crash points, failed calls or damages looked at. */
  readonly points: number;
  /** Disks that came of it. */
  readonly images: number;
  /** The different ones among them, opened and compared; absent: all of them. */
  readonly opened?: number;
  readonly seconds: number;
  /** How to see it again: seed and path; for `crash` also the number of steps it was shrunk to. */
  readonly seed: number;
  readonly path?: string;
  readonly shrunkSteps?: number;
}

const KNOWN = CRASH_SCRIPTS.map((script) => [script] as [CrashScript]);

type Ending = Omit<SimulationEnd, 'seconds'>;

async function crash(runs: number, seed: number, path: string | undefined, shrink: boolean): Promise<Ending> {
  const counts = { points: 0, images: 0, opened: 0 };
  const property = fc.asyncProperty(arbitraryScript(STEPS_MAX), (script) =>
    runCrashScript(engine, script, counts),
  );
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: !shrink,
    // What is known is not drawn, and what is not drawn cannot be shrunk.
    ...(path === undefined ? { examples: shrink ? [] : KNOWN } : { path }),
  });
  if (!details.failed) return { ...counts, seed };
  const [script] = details.counterexample ?? [];
  return {
    ...counts,
    broken: messageOf(details.errorInstance),
    seed: details.seed,
    ...(details.counterexamplePath === null ? {} : { path: details.counterexamplePath }),
    ...(script === undefined ? {} : { shrunkSteps: stepsOf(script) }),
  };
}

function stepsOf({ parts }: CrashScript): number {
  return parts.reduce((sum, { steps }) => sum + steps.length, 0);
}

/** The wide history first: it is short, and what it finds the other one cannot. */
const FAULT_SCRIPTS: readonly Omit<FaultScript, 'nth' | 'seed'>[] = [
  { steps: WIDE_FAULT_HISTORY, kind: 'EIO', segmentBytesMax: WIDE_SEGMENT_BYTES_MAX },
  ...Object.keys(FAULT_KINDS).map((name) => ({ steps: FAULT_HISTORY, kind: name })),
];

async function faults(runs: number, first: number, firstCall: number): Promise<Ending> {
  let points = 0;
  for (let seed = first; seed < first + runs; seed += 1) {
    for (const known of FAULT_SCRIPTS) {
      const script = { ...known, seed };
      for (const nth of await callsToFail(engine, script)) {
        if (nth < firstCall) continue;
        points += 1;
        try {
          await runFaultScript(engine, { ...script, nth });
        } catch (error) {
          const broken = `with ${known.kind}: ${messageOf(error)}`;
          return { broken, points, images: points, seed, path: String(nth) };
        }
      }
    }
  }
  return { points, images: points, seed: first };
}

async function rot(runs: number, first: number): Promise<Ending> {
  const resting = await restingStore(engine);
  const counts = { damages: 0, refusedToOpen: 0, lostShards: 0 };
  for (let seed = first; seed < first + runs; seed += 1) {
    try {
      await runRot(engine, resting, seed, counts);
    } catch (error) {
      return { broken: messageOf(error), points: counts.damages, images: counts.damages, seed };
    }
  }
  return { points: counts.damages, images: counts.damages, seed: first };
}

const [kind = 'crash', runs = '100', seed = '1', path = '', mode = ''] = process.argv.slice(2);
const begunMs = performance.now();
const ending = await run().catch((error: unknown) => ({
  broken: messageOf(error),
  points: 0,
  images: 0,
  seed: Number(seed),
}));
const end: SimulationEnd = { ...ending, seconds: (performance.now() - begunMs) / 1000 };
console.log(JSON.stringify(end));

function run(): Promise<Ending> {
  if (kind === 'faults') return faults(Number(runs), Number(seed), Number(path));
  if (kind === 'rot') return rot(Number(runs), Number(seed));
  return crash(Number(runs), Number(seed), path === '' ? undefined : path, mode === 'shrink');
}
