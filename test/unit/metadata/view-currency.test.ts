// A node answers reads from its view only when the leader said that nothing is missing in it.

import { expect, test } from '@jest/globals';
import { VIEW_LAG_MAX, VIEW_LAG_MAX_MS } from '../../../src/core/limits.ts';
import { RevisionWaiters } from '../../../src/metadata/revision-waiters.ts';
import { ViewCurrency } from '../../../src/metadata/view-currency.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function bench(safe: number) {
  const clock = new ManualClock();
  const delivered = new RevisionWaiters(clock, safe);
  const answers: ((extent: number | undefined) => void)[] = [];
  const extent = (): Promise<number | undefined> => new Promise((resolve) => answers.push(resolve));
  return { clock, delivered, answers, currency: new ViewCurrency({ extent }, delivered) };
}

const turn = (): Promise<void> => new Promise(setImmediate);

test('a view that was given everything is current', async () => {
  const { currency, answers } = bench(7);
  const asked = currency.isCurrent();
  answers[0]!(7);
  expect(await asked).toBe(true);
});

test('whoever comes while the leader is being asked shares the next question, and never the one on its way', async () => {
  const { currency, answers, delivered } = bench(7);
  const first = currency.isCurrent();
  // A commit is acknowledged here; a question sent before does not cover it.
  const later = [currency.isCurrent(), currency.isCurrent(), currency.isCurrent()];
  answers[0]!(7);
  expect(await first).toBe(true);
  await turn();
  expect(answers).toHaveLength(2);
  answers[1]!(8);
  await turn();
  delivered.advance(8);
  expect(await Promise.all(later)).toEqual([true, true, true]);
});

test('what is on its way to the view is waited for, a little', async () => {
  const { clock, currency, answers } = bench(7);
  const asked = currency.isCurrent();
  answers[0]!(8);
  await turn();
  await clock.advance(VIEW_LAG_MAX_MS);
  expect(await asked).toBe(false);
});

test('a view that is far behind is not waited for', async () => {
  const { currency, answers } = bench(7);
  const asked = currency.isCurrent();
  answers[0]!(8 + VIEW_LAG_MAX);
  expect(await asked).toBe(false);
});

test('a view of another stream is never current', async () => {
  const { currency, answers } = bench(7);
  const asked = currency.isCurrent();
  answers[0]!(undefined);
  expect(await asked).toBe(false);
});
