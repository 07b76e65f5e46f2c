// What is fuzzed, and what counts as surviving it.
//
// Invariant: an input ends as a typed refusal or as a correct parse, within a bound of time; nothing else is thrown, ever.

import { isPredastoreError } from '../../../src/core/errors.ts';
import { S3Error } from '../../../src/contracts/s3-errors.ts';
import { PolicyProblem } from '../../../src/auth/policy/document.ts';
import { SeededChance } from '../seeded-chance.ts';
import { mutated } from './mutations.ts';

export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs, as our own encoders and known clients make them; more lie in the corpus directory. */
  readonly seeds: readonly Buffer[];
  /** Parses, and may take a promise for it; throws a typed refusal, or a `Wrong` where the result cannot be right. */
  readonly parse: (input: Buffer, chance: SeededChance) => unknown;
}

/** The parser accepted something and made something else of it. */
export class Wrong extends Error {}

export interface FuzzFinding {
  readonly target: string;
  readonly seed: string;
  readonly problem: string;
  readonly input: Buffer;
}

export interface FuzzTally {
  readonly runs: number;
  readonly parsed: number;
  readonly refused: number;
  readonly slowestMs: number;
}

/** Above this, an input of less than 100 KB is too expensive (the machine may be slow, the bound is wide). */
const SLOW_MS = 1_500;

/** Runs inputs until `isOver`; the n-th run of a seed is always the same. */
export async function fuzz(
  target: FuzzTarget,
  corpus: readonly Buffer[],
  plan: { readonly seed: string; readonly isOver: (runs: number) => boolean },
): Promise<{ readonly tally: FuzzTally; readonly finding?: FuzzFinding }> {
  const inputs = [...target.seeds, ...corpus];
  let [runs, parsed, slowestMs] = [0, 0, 0];
  for (; !plan.isOver(runs); runs += 1) {
    const seed = `${plan.seed}/${target.name}/${runs}`;
    const chance = new SeededChance(seed);
    const input = runs < inputs.length ? inputs[runs]! : mutated(inputs, chance);
    const beganMs = performance.now();
    const problem = await problemWith(target, input, chance);
    const tookMs = performance.now() - beganMs;
    slowestMs = Math.max(slowestMs, tookMs);
    if (problem === 'parsed') parsed += 1;
    const slow = tookMs > SLOW_MS && (await isSlowAgain(target, input, chance));
    const found = slow ? `takes ${Math.round(tookMs)} ms` : problem;
    if (found !== 'parsed' && found !== 'refused') {
      const tally = { runs: runs + 1, parsed, refused: runs - parsed, slowestMs };
      return { tally, finding: { target: target.name, seed, problem: found, input } };
    }
  }
  return { tally: { runs, parsed, refused: runs - parsed, slowestMs } };
}

export async function problemWith(target: FuzzTarget, input: Buffer, chance: SeededChance): Promise<string> {
  try {
    await target.parse(Buffer.from(input), chance);
    return 'parsed';
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    return String((error as Error).stack ?? error);
  }
}

async function isSlowAgain(target: FuzzTarget, input: Buffer, chance: SeededChance): Promise<boolean> {
  const beganMs = performance.now();
  await problemWith(target, input, chance);
  return performance.now() - beganMs > SLOW_MS;
}

/** A typed error that says what is wrong with the input, or that the data cannot be read. */
export function isRefusal(error: unknown): boolean {
  if (isPredastoreError(error)) return error.code !== 'internal';
  return (error instanceof S3Error && error.code !== 'InternalError') || error instanceof PolicyProblem;
}
