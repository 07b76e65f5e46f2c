import { expect, test } from '@jest/globals';
import { Limiter } from '../../../src/platform/limiter.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** What has become of a wait by now. */
async function stateOf(waiting: Promise<unknown>): Promise<string> {
  const pending = Promise.resolve('waits');
  return Promise.race([
    waiting.then(
      () => 'has a place',
      (error: unknown) => (error as { code: string }).code,
    ),
    pending.then(() => pending).then(() => pending),
  ]);
}

test('places are given in the order of asking; who does not fit into the line is refused at once', async () => {
  const limiter = new Limiter(1, 2);
  const release = await limiter.acquire();
  const [second, third] = [limiter.acquire(), limiter.acquire()];
  await expect(limiter.acquire()).rejects.toMatchObject({ code: 'overloaded' });
  release();
  release();
  expect([await stateOf(second), await stateOf(third)]).toEqual(['has a place', 'waits']);
  (await second)();
  expect(await stateOf(third)).toBe('has a place');
  (await third)();
  expect([limiter.busy, limiter.waiting]).toEqual([0, 0]);
});

test('nobody waits for longer than the patience of the line, and who has left it gets no place', async () => {
  const clock = new ManualClock();
  const limiter = new Limiter(1, 5, { clock, waitMaxMs: 1_000 });
  const release = await limiter.acquire();
  const early = limiter.acquire();
  await clock.advance(600);
  const late = limiter.acquire();
  await clock.advance(500);
  expect([await stateOf(early), await stateOf(late)]).toEqual(['overloaded', 'waits']);
  release();
  expect(await stateOf(late)).toBe('has a place');
  await clock.advance(5_000);
  (await late)();
  expect([limiter.busy, limiter.waiting]).toEqual([0, 0]);
});
