// Any history of a store gives what a plain map gives.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ShardStore, ShardWriter } from '../../../src/segments/shard-store.ts';
import {
  FAST_DISK,
  bytesOf,
  hashOf,
  inTemporaryDirectory,
  keyOf,
  load,
  openStore,
  recordOf,
  store,
} from '../../support/segment-stores.ts';

const OPTIONS = { segmentBytesMax: 150_000 };
const KEYS = 12;

const key = fc.nat(KEYS - 1);
/** Around the edges of fragments, windows and segments. */
const length = fc.oneof(
  fc.nat(100),
  fc
    .tuple(fc.constantFrom(1, 2, 8, 16, 32, 33), fc.integer({ min: -2, max: 2 }))
    .map(([n, d]) => n * 8192 + d),
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      key,
      length,
      portion: fc.integer({ min: 500, max: 70_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('abort' as const),
      key,
      length,
      written: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), key, length }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('delete' as const), keys: fc.array(key, { maxLength: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('range' as const),
      key,
      start: fc.nat(300_000),
      bytes: fc.nat(100_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class History {
  readonly #directory: string;
  /** What must be there: shard number and length. */
  readonly #expected = new Map<number, number>();
  readonly #left: ShardWriter[] = [];
  #shards: ShardStore;

  constructor(directory: string, shards: ShardStore) {
    this.#directory = directory;
    this.#shards = shards;
  }

  async run(next: Step): Promise<void> {
    switch (next.do) {
      case 'store':
        await this.#store(next.key, next.length, next.portion);
        break;
      case 'abort': {
        const writer = await this.#begin(next.key, next.length);
        await writer.write(bytesOf(keyOf(next.key), next.length).subarray(0, next.length * next.written));
        await writer.abort();
        break;
      }
      case 'leave':
        this.#left.push(await this.#begin(next.key, next.length));
        break;
      case 'delete': {
        const present = new Set(next.keys.filter((number) => this.#expected.has(number)));
        expect(await this.#shards.delete(next.keys.map((number) => keyOf(number)))).toBe(present.size);
        for (const number of present) this.#expected.delete(number);
        break;
      }
      case 'range':
        await this.#range(next.key, next.start, next.start + next.bytes);
        break;
      case 'reopen':
        await this.end();
        this.#shards = await openStore(this.#directory, OPTIONS);
    }
  }

  async check(): Promise<void> {
    const listed = await this.#shards.list(undefined, 1000);
    const numbers = [...this.#expected.keys()].sort((a, b) => a - b);
    expect(listed.map((stat) => stat.key)).toEqual(numbers.map((number) => keyOf(number)));
    for (const number of numbers) {
      const whole = bytesOf(keyOf(number), this.#expected.get(number)!);
      expect((await load(this.#shards, keyOf(number)))?.equals(whole)).toBe(true);
      expect(Buffer.from((await this.#shards.record(keyOf(number)))!)).toEqual(recordOf(keyOf(number)));
    }
    const liveBytes = [...this.#expected.values()].reduce(
      (sum, bytes) => sum + Math.ceil(bytes / 8192) * 8240,
      0,
    );
    expect(await this.#shards.status()).toMatchObject({ shards: numbers.length, liveBytes });
  }

  async end(): Promise<void> {
    for (const writer of this.#left.splice(0)) await writer.abort();
    await this.#shards.close();
  }

  #begin(number: number, lengthBytes: number): Promise<ShardWriter> {
    return this.#shards.append({ key: keyOf(number), objectHash: hashOf(keyOf(number)), lengthBytes });
  }

  async #store(number: number, bytes: number, portion: number): Promise<void> {
    const work = store(this.#shards, keyOf(number), bytes, portion);
    if (this.#expected.has(number)) await expect(work).rejects.toMatchObject({ code: 'shard-exists' });
    else {
      await work;
      this.#expected.set(number, bytes);
    }
  }

  async #range(number: number, start: number, end: number): Promise<void> {
    const bytes = this.#expected.get(number);
    const got = await load(this.#shards, keyOf(number), { start, end });
    const wanted = bytes === undefined ? undefined : bytesOf(keyOf(number), bytes).subarray(start, end);
    expect(got?.toString('latin1')).toBe(wanted?.toString('latin1'));
  }
}

describe('a store', () => {
  test('behaves like a map under any history of stores, aborts, deletes, ranges and restarts', async () => {
    const histories = fc.array(step, { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(histories, (steps) =>
        inTemporaryDirectory(async (directory) => {
          const history = new History(directory, await openStore(directory, OPTIONS));
          try {
            for (const next of steps) await history.run(next);
            await history.check();
            await history.run({ do: 'reopen' });
            await history.check();
          } finally {
            await history.end();
          }
        }, FAST_DISK),
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
