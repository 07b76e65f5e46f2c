// A process that slept between the last shard and its commit never acknowledges an object whose shards were collected meanwhile.

import { expect, test } from '@jest/globals';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

class SleepyClock implements Clock {
  sleptMs = 0;
  nowMs = (): number => systemClock.nowMs() + this.sleptMs;
  /** A suspended machine: this clock stood still. */
  monotonicMs = (): number => systemClock.monotonicMs();
  after = systemClock.after.bind(systemClock);
  sleep = systemClock.sleep.bind(systemClock);
}

test('shards collected during the sleep: the PUT fails and leaves no record of nothing', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  bench.metadata.before = (step) => {
    if (step !== 'object.put') return;
    clock.sleptMs = 3_600_000;
    for (const shards of bench.shards.stored.values()) shards.clear();
  };
  await expect(bench.put('key', verifiableBytes(100_000))).rejects.toMatchObject({
    code: 'shards-unavailable',
  });
  expect(bench.metadata.held.size).toBe(0);
});

test('shards still there after the sleep: the PUT stands', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  bench.metadata.before = (step) => {
    if (step === 'object.put') clock.sleptMs = 3_600_000;
  };
  const bytes = verifiableBytes(100_000);
  expect(await bench.put('key', bytes)).toMatchObject({ kind: 'stored' });
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});
