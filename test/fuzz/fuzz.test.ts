// Every parser of outside bytes, given its corpus and some mutations of it: a typed refusal or a correct parse, soon. For longer:
// `npm run fuzz -- --seconds 600`.

import { afterAll, expect, test } from '@jest/globals';
import { corpusOf, TARGETS } from '../support/fuzz/targets.ts';
import { fuzz } from '../support/fuzz/target.ts';
import { closeView } from '../support/fuzz/view-target.ts';

const RUNS = 250;
/** New inputs on every run of the suite; a failure names its seed. */
const seed = process.env['FUZZ_SEED'] ?? String(Date.now());

afterAll(closeView);

test.each(TARGETS.map((target) => [target.name, target] as const))(
  '%s',
  async (name, target) => {
    const corpus = corpusOf(name);
    const plan = { seed, isOver: (runs: number) => runs >= RUNS + corpus.length };
    const { tally, finding } = await fuzz(target, corpus, plan);
    expect(finding).toBeUndefined();
    // The seeds are valid: a target that refuses everything tests nothing.
    expect(tally.parsed).toBeGreaterThan(0);
  },
  60_000,
);
