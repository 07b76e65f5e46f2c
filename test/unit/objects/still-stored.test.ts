// A process that slept between the last shard and its commit never acknowledges an object whose shards were collected meanwhile.

import { expect, test } from '@jest/globals';
import { PredastoreError } from '../../../src/core/errors.ts';
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

test('in a versioned bucket a PUT that comes too late is taken back, and what was current is so again', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  const revision = (bench.metadata.revision += 1);
  const record = { ...bench.bucket, versioning: 'Enabled' as const };
  bench.metadata.heldBuckets.set(bench.bucket.name, { record, revision });
  const bytes = verifiableBytes(1000);
  expect(await bench.put('key', bytes)).toMatchObject({ kind: 'stored' });
  const before = bench.record('key');
  const stored = [...bench.shards.stored.values()].map((shards) => [...shards]);
  bench.metadata.before = (step) => {
    if (step !== 'object.change' || clock.sleptMs > 0) return;
    clock.sleptMs = 3_600_000;
    for (const shards of bench.shards.stored.values()) shards.clear();
  };
  await expect(bench.put('key', verifiableBytes(2000))).rejects.toMatchObject({ code: 'shards-unavailable' });
  expect(bench.record('key')).toEqual(before);
  expect(bench.metadata.archive.size).toBe(0);
  [...bench.shards.stored.values()].forEach((shards, at) => {
    for (const [name, shard] of stored[at] ?? []) shards.set(name, shard);
  });
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});

test('nodes that do not answer prove nothing: a late overwrite takes neither itself nor the old object away', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  expect(await bench.put('key', verifiableBytes(1000))).toMatchObject({ kind: 'stored' });
  const bytes = verifiableBytes(2000);
  const answers = bench.shards.stat.bind(bench.shards);
  bench.metadata.before = (step) => {
    if (step !== 'object.put') return;
    clock.sleptMs = 8_000;
    bench.shards.stat = () => Promise.reject(new PredastoreError('peer-unreachable', 'cut off'));
  };
  await expect(bench.put('key', bytes)).rejects.toMatchObject({ code: 'shards-unavailable' });
  bench.shards.stat = answers;
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});
