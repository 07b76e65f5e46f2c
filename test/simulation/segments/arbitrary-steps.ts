// Random histories: what fast-check draws and shrinks.

import fc from 'fast-check';
import type { CrashScript, Part } from './crash-run.ts';
import type { Deed, Step } from './history.ts';
import { FULL_SEGMENTS, KEYS } from './known-steps.ts';

const key = fc.nat(KEYS - 1);
/** Around the edges of fragments and windows; seven fragments fill a segment, more get one of their own. */
const length = fc.oneof(
  { weight: 3, arbitrary: fc.nat(300) },
  { weight: 6, arbitrary: edges([1, 2, 3]) },
  { weight: 1, arbitrary: edges([7, 8, 33]) },
);
const part = fc.constantFrom(0, 0.3, 0.5, 0.99, 1);

const deeds: fc.WeightedArbitrary<Deed>[] = [
  {
    weight: 8,
    arbitrary: of('store', { key, length, portion: fc.constantFrom(1000, 8192, 20_000, 300_000) }),
  },
  { weight: 2, arbitrary: of('replace', { key, by: key, length }) },
  { weight: 1, arbitrary: of('race', { key, length }) },
  { weight: 1, arbitrary: of('abort', { key, length, part }) },
  { weight: 1, arbitrary: of('leave', { key, length, part }) },
  { weight: 4, arbitrary: of('delete', { keys: fc.array(key, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: of('read', { key, start: fc.nat(20_000), bytes: fc.nat(30_000) }) },
  { weight: 1, arbitrary: of('hold', { key }) },
  { weight: 1, arbitrary: of('verify', { key }) },
  { weight: 1, arbitrary: of('repair', { key }) },
  { weight: 2, arbitrary: fc.constant<Deed>({ do: 'compact' }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ do: 'reopen' }) },
];

const step: fc.Arbitrary<Step> = fc
  .tuple(fc.oneof(...deeds), fc.boolean(), fc.boolean())
  .map(([deed, one, two]) => ({ deed, barrier: one && two }));

export function arbitrarySteps(stepsMax: number): fc.Arbitrary<readonly Step[]> {
  return fc.array(step, { minLength: 1, maxLength: stepsMax });
}

/** Deletes, compaction and readers at the same time, over segments that are worth emptying. */
const upheaval: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: of('delete', { keys: fc.array(key, { minLength: 1, maxLength: 3 }) }) },
      { weight: 2, arbitrary: fc.constant<Deed>({ do: 'compact' }) },
      { weight: 2, arbitrary: of('hold', { key }) },
      { weight: 1, arbitrary: of('leave', { key, length, part }) },
      { weight: 2, arbitrary: of('abort', { key, length, part }) },
      { weight: 2, arbitrary: of('store', { key, length, portion: fc.constant(20_000) }) },
    ),
    { minLength: 2, maxLength: 7 },
  )
  .map((all) => [...FULL_SEGMENTS, ...all.map((deed, at) => ({ deed, barrier: at === 0 }))]);

/** One to three lives of a store, each ended by a power cut; every other one begins with an upheaval. */
export function arbitraryScript(stepsMax: number): fc.Arbitrary<CrashScript> {
  const beginning = fc.oneof({ withCrossShrink: true }, fc.constant<readonly Step[]>([]), upheaval);
  const life: fc.Arbitrary<Part> = fc.record({
    steps: fc.tuple(beginning, arbitrarySteps(stepsMax)).map(([first, then]) => [...first, ...then]),
    compactsByItself: fc.boolean(),
    endsEmpty: fc.boolean(),
    eventsMax: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 400 })),
  });
  return fc.record({ seed: fc.nat(), parts: fc.array(life, { minLength: 1, maxLength: 3 }) });
}

function edges(fragments: readonly number[]): fc.Arbitrary<number> {
  return fc
    .tuple(fc.constantFrom(...fragments), fc.integer({ min: -1, max: 1 }))
    .map(([count, beside]) => count * 8192 + beside);
}

function of<Kind extends Deed['do']>(
  kind: Kind,
  fields: {
    [Name in Exclude<keyof Extract<Deed, { do: Kind }>, 'do'>]: fc.Arbitrary<
      Extract<Deed, { do: Kind }>[Name]
    >;
  },
): fc.Arbitrary<Deed> {
  return fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<Deed>;
}
