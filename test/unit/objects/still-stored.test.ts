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

/** Sleeps within `step`, once, and loses the shards that were written since `kept` were there. */
function sleepIn(bench: ObjectBench, clock: SleepyClock, step: 'object.put' | 'object.change'): void {
  const kept = [...bench.shards.stored.values()].map((shards) => new Set(shards.keys()));
  bench.metadata.before = (at) => {
    if (at !== step || clock.sleptMs > 0) return;
    clock.sleptMs = 3_600_000;
    [...bench.shards.stored.values()].forEach((shards, node) => {
      for (const name of [...shards.keys()]) if (kept[node]?.has(name) !== true) shards.delete(name);
    });
  };
}

const TOO_LATE = { code: 'shards-unavailable' } as const;

test('without versions a late overwrite is taken back, and the object it replaced is there again', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  const bytes = verifiableBytes(1000);
  await bench.put('key', bytes);
  const before = bench.record('key');
  sleepIn(bench, clock, 'object.put');
  await expect(bench.put('key', verifiableBytes(2000))).rejects.toMatchObject(TOO_LATE);
  expect(bench.record('key')).toEqual(before);
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});

test('a write that was condemned meanwhile replaces nothing, not for a moment', async () => {
  const bench = new ObjectBench();
  const bytes = verifiableBytes(1000);
  await bench.put('key', bytes);
  const { revision } = bench.metadata;
  bench.metadata.condemned.has = () => true;
  await expect(bench.put('key', verifiableBytes(2000))).rejects.toMatchObject(TOO_LATE);
  expect(bench.metadata.revision).toBe(revision);
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});

test('who wrote after the late one keeps the key', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  await bench.put('key', verifiableBytes(1000));
  sleepIn(bench, clock, 'object.put');
  const sleep = bench.metadata.before;
  const third = verifiableBytes(3000);
  bench.metadata.before = async (step) => {
    await sleep(step);
    if (step !== 'object.undo') return;
    bench.metadata.before = () => undefined;
    await bench.put('key', third);
  };
  await expect(bench.put('key', verifiableBytes(2000))).rejects.toMatchObject(TOO_LATE);
  expect((await bench.read('key')).equals(third)).toBe(true);
});

test('a late record that maintenance has revised is taken back all the same', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  const bytes = verifiableBytes(1000);
  await bench.put('key', bytes);
  sleepIn(bench, clock, 'object.put');
  const sleep = bench.metadata.before;
  bench.metadata.before = async (step) => {
    await sleep(step);
    if (step !== 'object.undo') return;
    bench.metadata.before = () => undefined;
    const record = bench.record('key');
    const blobs = record!.blobs.map((blob) => ({ ...blob, missing: [2] }));
    await bench.metadata.objects.put({ bucketId: bench.bucket.id, key: 'key' }, { ...record!, blobs }, 'any');
  };
  await expect(bench.put('key', verifiableBytes(2000))).rejects.toMatchObject(TOO_LATE);
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});

test('a copy that comes too late for the bytes of its source is taken back', async () => {
  const clock = new SleepyClock();
  const bench = new ObjectBench(clock);
  const bytes = verifiableBytes(1000);
  await bench.put('key', bytes);
  const kept = bench.shards.stored;
  const names = [...kept.values()].map((shards) => new Set(shards.keys()));
  await bench.put('source', verifiableBytes(2000));
  bench.metadata.before = (step) => {
    if (step !== 'object.put' || clock.sleptMs > 0) return;
    clock.sleptMs = 3_600_000;
    [...kept.values()].forEach((shards, node) => {
      for (const name of [...shards.keys()]) if (names[node]?.has(name) !== true) shards.delete(name);
    });
  };
  const source = { ...bench.at('source'), conditions: {} };
  const request = { ...bench.at('key'), source, conditions: {}, requestId: bench.requestId() };
  await expect(bench.multipart.copy(request, bench.signal)).rejects.toMatchObject(TOO_LATE);
  expect((await bench.read('key')).equals(bytes)).toBe(true);
});

test.each(['current', 'archived'])(
  'while versioning is suspended the version named null, %s, comes back',
  async (where) => {
    const clock = new SleepyClock();
    const bench = new ObjectBench(clock);
    const version = (versioning: 'Enabled' | 'Suspended'): void => {
      const revision = (bench.metadata.revision += 1);
      bench.metadata.heldBuckets.set(bench.bucket.name, {
        record: { ...bench.bucket, versioning },
        revision,
      });
    };
    version('Suspended');
    const bytes = verifiableBytes(1000);
    await bench.put('key', bytes);
    if (where === 'archived') {
      version('Enabled');
      await bench.put('key', verifiableBytes(1500));
      version('Suspended');
    }
    const contents = (table: typeof bench.metadata.held): unknown =>
      [...table].map(([name, { record }]) => [name, record]).sort();
    const before = [contents(bench.metadata.held), contents(bench.metadata.archive)];
    sleepIn(bench, clock, 'object.change');
    await expect(bench.put('key', verifiableBytes(2000))).rejects.toMatchObject(TOO_LATE);
    expect([contents(bench.metadata.held), contents(bench.metadata.archive)]).toEqual(before);
    expect((await bench.read('key', { versionId: 'null' })).equals(bytes)).toBe(true);
  },
);
