import { expect, test } from '@jest/globals';
import { Lifecycle } from '../../../src/host/lifecycle.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { underLoad } from '../../support/load.ts';

const never = (): Promise<void> => new Promise(() => {});

test('parts stop in the reverse order, each once, however often stop is called', async () => {
  const parts = new Lifecycle(systemClock, silentLogger);
  const stopped: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    await parts.start(
      name,
      () => name,
      async (part) => void stopped.push(part),
    );
  }
  await Promise.all([parts.stop(1000), parts.stop(1000)]);
  await parts.stop(1000);
  expect(stopped).toEqual(['third', 'second', 'first']);
});

test('a part that fails or hangs costs no more than the bound, and the others are stopped all the same', async () => {
  const parts = new Lifecycle(systemClock, silentLogger);
  let stopped = false;
  await parts.start(
    'bottom',
    () => {},
    async () => void (stopped = true),
  );
  await parts.start(
    'failing',
    () => {},
    () => Promise.reject(new Error('no')),
  );
  await parts.start('hanging', () => {}, never);
  const before = performance.now();
  await parts.stop(200);
  expect(performance.now() - before).toBeLessThan(underLoad(2_000));
  expect(stopped).toBe(true);
});

test('nothing is started once stopping has begun', async () => {
  const parts = new Lifecycle(systemClock, silentLogger);
  await parts.stop(100);
  await expect(parts.start('late', () => {})).rejects.toMatchObject({ code: 'store-closed' });
});
