// A GET opens the shards of what the local view has while the leader is asked: never other bytes for it, never a leak.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { EARLY_READS_MAX } from '../../../src/core/limits.ts';
import { eventually } from '../../support/bus-fixture.ts';
import { ObjectBench } from '../../support/object-bench.ts';

const nameOf = (bench: ObjectBench, key: string): string => `${bench.bucket.id}\0${key}`;

describe('an early read', () => {
  test('opens every shard once when the view is right', async () => {
    const bench = new ObjectBench();
    const bytes = randomBytes(300_000);
    await bench.put('a', bytes);
    expect((await bench.read('a')).equals(bytes)).toBe(true);
    expect(bench.shards.reads).toHaveLength(2);
    expect(bench.shards.openDownloads).toBe(0);
  });

  test('begins before the leader has answered', async () => {
    const bench = new ObjectBench();
    await bench.put('a', randomBytes(300_000));
    const readsAtAnswer: number[] = [];
    bench.metadata.before = async (step) => {
      if (step !== 'object.get') return;
      await eventually(() => bench.shards.reads.length === 2);
      readsAtAnswer.push(bench.shards.reads.length);
    };
    await bench.read('a');
    expect(readsAtAnswer).toEqual([2]);
  });

  test('of a view that is behind gives the bytes that the leader names, and lets the old ones go', async () => {
    const bench = new ObjectBench();
    const [old, now] = [randomBytes(200_000), randomBytes(250_000)];
    await bench.put('a', old);
    const behind = bench.metadata.held.get(nameOf(bench, 'a'));
    await bench.put('a', now);
    bench.metadata.glimpsed = () => behind;
    expect((await bench.read('a')).equals(now)).toBe(true);
    await eventually(() => bench.shards.openDownloads === 0);
  });

  test('of a record with the same revision but of another request is not used', async () => {
    const bench = new ObjectBench();
    await bench.put('a', randomBytes(100_000));
    const other = bench.metadata.held.get(nameOf(bench, 'a'))!;
    const now = randomBytes(100_000);
    await bench.put('a', now);
    const { revision } = bench.metadata.held.get(nameOf(bench, 'a'))!;
    bench.metadata.glimpsed = () => ({ ...other, revision });
    expect((await bench.read('a')).equals(now)).toBe(true);
    await eventually(() => bench.shards.openDownloads === 0);
  });

  test('of what has been deleted since is no object', async () => {
    const bench = new ObjectBench();
    await bench.put('a', randomBytes(100_000));
    const behind = bench.metadata.held.get(nameOf(bench, 'a'));
    await bench.objects.remove({ ...bench.at('a'), conditions: {}, requestId: 'r' });
    bench.metadata.glimpsed = () => behind;
    await expect(bench.read('a')).rejects.toThrow('no-such-key');
    await eventually(() => bench.shards.openDownloads === 0);
  });

  test('is left out by a process that answers many GETs already', async () => {
    const bench = new ObjectBench();
    await bench.put('a', randomBytes(300_000));
    let release = (): void => undefined;
    const silent = new Promise<void>((resolve) => (release = resolve));
    bench.metadata.before = async (step) => {
      if (step === 'object.get') await silent;
    };
    const reads = Array.from({ length: EARLY_READS_MAX + 5 }, () => bench.read('a'));
    await eventually(() => bench.shards.reads.length >= 2 * EARLY_READS_MAX);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.shards.reads).toHaveLength(2 * EARLY_READS_MAX);
    release();
    await Promise.all(reads);
    expect(bench.shards.reads).toHaveLength(2 * (EARLY_READS_MAX + 5));
  });

  test('that fails costs nothing: the shards are opened again for the leader', async () => {
    const bench = new ObjectBench();
    const bytes = randomBytes(300_000);
    await bench.put('a', bytes);
    for (const node of [1, 2, 3]) bench.shards.fault(node, { refuses: true });
    bench.metadata.before = async (step) => {
      await Promise.resolve();
      if (step === 'object.get') bench.shards.faults.clear();
    };
    expect((await bench.read('a')).equals(bytes)).toBe(true);
  });

  test("that fails while the leader is still silent is nobody's unhandled rejection", async () => {
    const bench = new ObjectBench();
    const bytes = randomBytes(300_000);
    await bench.put('a', bytes);
    const unhandled: unknown[] = [];
    const seen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', seen);
    for (const node of [1, 2, 3]) bench.shards.fault(node, { refuses: true });
    bench.metadata.before = async (step) => {
      if (step !== 'object.get') return;
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      bench.shards.faults.clear();
    };
    try {
      expect((await bench.read('a')).equals(bytes)).toBe(true);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', seen);
    }
  });

  test('leaves the leader to say that a condition does not hold', async () => {
    const bench = new ObjectBench();
    await bench.put('a', 'text');
    const request = { ...bench.at('a'), conditions: { ifMatch: '"other"' } };
    expect(await bench.objects.get(request)).toEqual({ kind: 'precondition-failed' });
    expect(bench.shards.reads).toEqual([]);
  });
});

describe('a body', () => {
  test('that is let go before its first byte cancels its downloads', async () => {
    const bench = new ObjectBench();
    await bench.put('a', randomBytes(300_000));
    const outcome = await bench.objects.get({ ...bench.at('a'), conditions: {} });
    if (outcome.kind !== 'found') throw new Error(outcome.kind);
    expect(bench.shards.openDownloads).toBe(2);
    await outcome.body.bytes[Symbol.asyncIterator]().return?.();
    expect(bench.shards.openDownloads).toBe(0);
  });
});
