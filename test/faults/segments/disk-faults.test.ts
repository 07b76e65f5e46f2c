// A disk that refuses: whatever call fails, what was acknowledged stays, what failed is an error, and the store goes on.

import { describe, expect, test } from '@jest/globals';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { FaultyFiles, type FileCall } from '../../support/faulty-files.ts';
import { HandClock } from '../../support/hand-clock.ts';
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

const SIZE = 20_000;
const ROLL = { segmentBytesMax: 60_000 };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function expectShards(shards: ShardStore, numbers: Iterable<number>): Promise<void> {
  for (const number of numbers) {
    expect((await load(shards, keyOf(number)))?.equals(bytesOf(keyOf(number), SIZE))).toBe(true);
  }
}

describe('group commit', () => {
  test('shares three fsyncs between all commits of a batch', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const shards = await openStore(directory, { files });
      await store(shards, keyOf(0), SIZE);
      const before = { seg: files.count('datasync', '.seg'), idx: files.count('datasync', '.idx') };
      const numbers = Array.from({ length: 32 }, (_, number) => number + 1);
      const writers = await Promise.all(
        numbers.map(async (number) => {
          const key = keyOf(number);
          const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes: SIZE });
          await writer.write(bytesOf(key, SIZE));
          return { writer, key };
        }),
      );
      const writesBefore = files.count('pwrite', '.seg');
      await Promise.all(writers.map(({ writer, key }) => writer.commit(recordOf(key))));
      // Their extents are one run, ten to a window. Committed in one turn, they are one batch.
      expect(files.count('pwrite', '.seg') - writesBefore).toBe(4);
      expect(files.count('datasync', '.seg') - before.seg).toBe(1);
      expect(files.count('datasync', '.idx') - before.idx).toBe(1);
      await expectShards(shards, numbers);
      await shards.close();
    });
  });

  test('syncs the segment, then the sidecar, and only then makes a shard visible', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const shards = await openStore(directory, { files });
      await store(shards, keyOf(0), SIZE);
      files.calls.length = 0;
      const visible: boolean[] = [];
      const looks: Promise<unknown>[] = [];
      files.fault = () => {
        looks.push(shards.stat(keyOf(1)).then((stat) => visible.push(stat !== undefined)));
        return undefined;
      };
      await store(shards, keyOf(1), SIZE);
      files.fault = () => undefined;
      await Promise.all(looks);
      const steps = files.calls
        .filter(({ operation }) => operation !== 'statfs')
        .map(({ operation, path }) => `${operation} ${path.slice(-3)}`);
      expect(steps).toEqual(['pwrite seg', 'datasync seg', 'pwrite idx', 'datasync idx']);
      expect(visible).not.toContain(true);
      await shards.close();
    });
  });
});

describe('an injected failure', () => {
  for (const code of ['EIO', 'ENOSPC']) {
    test(`of any single call (${code}) never costs an acknowledged shard nor yields wrong bytes`, async () => {
      let failedCalls = 0;
      for (let nth = 1; ; nth += 1) {
        const outcome = await inTemporaryDirectory((directory) => oneFault(directory, nth, code), FAST_DISK);
        if (outcome === 'not reached') break;
        failedCalls += 1;
      }
      expect(failedCalls).toBeGreaterThan(20);
    });
  }

  /** Fails the `nth` call of a small history; says whether the history was that long. */
  async function oneFault(directory: string, nth: number, code: string): Promise<string> {
    const files = new FaultyFiles();
    let injected: FileCall | undefined;
    files.fault = (call, count) => {
      if (count !== nth) return undefined;
      injected = call;
      return code;
    };
    const acknowledged = new Set<number>();
    const opened = await openStore(directory, { files, ...ROLL, blockingReadBytesMax: 0 }).catch(
      (error: unknown) => {
        expect((error as { code: string }).code).toMatch(/^store-(failed|full)$/);
        return undefined;
      },
    );
    if (opened !== undefined) {
      for (let number = 0; number < 5; number += 1) {
        const failure = await codeOf(store(opened, keyOf(number), SIZE));
        if (failure === 'none') acknowledged.add(number);
        else expect(failure).toBe(code === 'EIO' ? 'store-failed' : 'store-full');
      }
      // One call failed, so at most the commits that shared it did; the store goes on.
      expect(acknowledged.size).toBeGreaterThanOrEqual(4);
      if ((await codeOf(opened.delete([keyOf(0)]))) === 'none') acknowledged.delete(0);
      const failure = await codeOf(expectShards(opened, acknowledged));
      if (failure !== 'none') expect(failure).toMatch(/^store-(failed|full)$/);
      await opened.close();
    }
    const again = await openStore(directory, ROLL);
    await expectShards(again, acknowledged);
    expect((await again.list(undefined, 100)).length).toBe(acknowledged.size);
    await store(again, keyOf(50), SIZE);
    await expectShards(again, [50]);
    await again.close();
    return injected === undefined ? 'not reached' : 'survived';
  }

  test('of a segment fsync poisons the segment: nothing is asked of it again, its open writers fail too', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const shards = await openStore(directory, { files });
      await store(shards, keyOf(0), SIZE);
      const bystander = await shards.append({ key: keyOf(1), objectHash: hashOf(keyOf(1)), lengthBytes: 5 });
      await bystander.write(Buffer.alloc(5));
      files.fault = ({ operation, path }) =>
        operation === 'datasync' && path.endsWith('1.seg') ? 'EIO' : undefined;
      expect(await codeOf(store(shards, keyOf(2), SIZE))).toBe('store-failed');
      const syncs = files.count('datasync', '1.seg');
      expect(await codeOf(bystander.commit(Buffer.alloc(0)))).toBe('store-failed');
      expect(files.count('datasync', '1.seg')).toBe(syncs);
      await store(shards, keyOf(3), SIZE);
      expect((await shards.status()).segments).toBe(2);
      await expectShards(shards, [0, 3]);
      await shards.close();
    });
  });
});

describe('free space', () => {
  const total = 1000 * 1024 * 1024;
  const watermarks = { nearFull: 0.15, full: 0.05 };

  test('below the first watermark is told to writers, below the second refuses them', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const clock = new HandClock();
      const shards = await openStore(directory, { files, clock, watermarks });
      const receipt = async (number: number) => {
        clock.advance(2000);
        const key = keyOf(number);
        const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes: 0 });
        return writer.commit(recordOf(key));
      };
      files.space = { totalBytes: total, availableBytes: total * 0.5 };
      expect(await receipt(1)).toEqual({ nearFull: false });
      files.space = { totalBytes: total, availableBytes: total * 0.14 };
      expect(await receipt(2)).toEqual({ nearFull: true });
      expect((await shards.status()).pressure).toBe('nearfull');
      files.space = { totalBytes: total, availableBytes: total * 0.04 };
      expect(await codeOf(receipt(3))).toBe('store-full');
      expect(await load(shards, keyOf(1))).toEqual(Buffer.alloc(0));
      files.space = { totalBytes: total, availableBytes: total * 0.5 };
      expect(await receipt(4)).toEqual({ nearFull: false });
      const tooLong = { key: keyOf(5), objectHash: hashOf(keyOf(5)), lengthBytes: total * 0.46 };
      expect(await codeOf(shards.append(tooLong))).toBe('store-full');
      await shards.close();
    });
  });

  test('is asked for at most once a second, and lets writers through when it is unknown', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = new FaultyFiles();
      const clock = new HandClock();
      const shards = await openStore(directory, { files, clock, watermarks });
      for (let number = 0; number < 10; number += 1) await store(shards, keyOf(number), 100);
      expect(files.count('statfs')).toBe(1);
      files.fault = ({ operation }) => (operation === 'statfs' ? 'ENOSYS' : undefined);
      clock.advance(1001);
      await store(shards, keyOf(10), 100);
      expect(files.count('statfs')).toBe(2);
      await shards.close();
    });
  });

  test('watermarks that make no sense are refused', async () => {
    await inTemporaryDirectory(async (directory) => {
      const wrong = { nearFull: 0.05, full: 0.15 };
      await expect(openStore(directory, { watermarks: wrong })).rejects.toMatchObject({
        code: 'invalid-config',
      });
    });
  });
});
