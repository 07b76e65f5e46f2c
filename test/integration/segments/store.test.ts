import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import {
  bytesOf,
  hashOf,
  keyOf,
  load,
  openStore,
  recordOf,
  store,
  temporaryDirectory,
} from '../../support/segment-stores.ts';

const BODY = 8192;
const SIZES = [0, 1, 4096, BODY - 1, BODY, BODY + 1, 65_536, 32 * BODY, 32 * BODY + 1, 1_000_003];

let directory: string;
let shards: ShardStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  shards = await openStore(directory);
});

afterEach(async () => {
  await shards.close();
  await rm(directory, { recursive: true, force: true });
});

async function reopen(options = {}): Promise<void> {
  await shards.close();
  shards = await openStore(directory, options);
}

describe('a committed shard', () => {
  test('reads back exactly, whatever its length and the portions it came in, also after a restart', async () => {
    let number = 0;
    for (const size of SIZES) {
      for (const portion of [65_536, 10_000]) await store(shards, keyOf((number += 1)), size, portion);
    }
    for (const round of ['before', 'after'] as const) {
      if (round === 'after') await reopen();
      number = 0;
      for (const size of SIZES) {
        for (let portion = 0; portion < 2; portion += 1) {
          const key = keyOf((number += 1));
          expect((await load(shards, key))?.equals(bytesOf(key, size))).toBe(true);
          expect(await shards.stat(key)).toEqual({ key, objectHash: hashOf(key), lengthBytes: size });
        }
      }
    }
  });

  test('gives back the object record it was committed with', async () => {
    await store(shards, keyOf(1), 10);
    await store(shards, keyOf(2), 0);
    await reopen();
    expect(Buffer.from((await shards.record(keyOf(1)))!)).toEqual(recordOf(keyOf(1)));
    expect(Buffer.from((await shards.record(keyOf(2)))!)).toEqual(recordOf(keyOf(2)));
    expect(await shards.record(keyOf(3))).toBeUndefined();
  });

  test('answers ranges byte by byte, clamped to the shard', async () => {
    const size = 40 * BODY + 100;
    await store(shards, keyOf(1), size);
    const whole = bytesOf(keyOf(1), size);
    const ranges = [
      [0, 1],
      [BODY - 1, BODY + 1],
      [BODY, 2 * BODY],
      [100, 100],
      [33 * BODY + 5, 40 * BODY + 7],
      [size - 1, size + 1000],
      [size + 5, size + 10],
    ] as const;
    for (const [start, end] of ranges) {
      expect((await load(shards, keyOf(1), { start, end }))?.equals(whole.subarray(start, end))).toBe(true);
    }
  });

  test('cannot be replaced: a second commit of its key is refused, also within one batch', async () => {
    await store(shards, keyOf(1), 100);
    await expect(store(shards, keyOf(1), 200)).rejects.toMatchObject({ code: 'shard-exists' });
    const twins = await Promise.allSettled([store(shards, keyOf(2), 100), store(shards, keyOf(2), 100)]);
    expect(twins.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await load(shards, keyOf(1))).toEqual(bytesOf(keyOf(1), 100));
    expect((await shards.status()).shards).toBe(2);
  });
});

describe('an uncommitted shard', () => {
  test('is invisible before its commit and after its abort', async () => {
    const key = keyOf(1);
    const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes: 10 });
    await writer.write(bytesOf(key, 10));
    expect(await shards.read(key)).toBeUndefined();
    expect(await shards.stat(key)).toBeUndefined();
    expect(await shards.list(undefined, 10)).toEqual([]);
    await writer.abort();
    await writer.abort();
    await reopen();
    expect(await shards.read(key)).toBeUndefined();
  });

  test('gives its space back', async () => {
    const writer = await shards.append({ key: keyOf(1), objectHash: hashOf(keyOf(1)), lengthBytes: 1e6 });
    await writer.write(bytesOf(keyOf(1), 5e5));
    await writer.abort();
    expect((await shards.status()).deadBytes).toBe(0);
    await store(shards, keyOf(2), 20_000);
    expect(await load(shards, keyOf(2))).toEqual(bytesOf(keyOf(2), 20_000));
  });

  test('with too many or too few bytes is refused', async () => {
    const request = { key: keyOf(1), objectHash: hashOf(keyOf(1)), lengthBytes: 10 };
    const long = await shards.append(request);
    await expect(long.write(Buffer.alloc(11))).rejects.toMatchObject({ code: 'body-too-long' });
    await long.abort();
    const short = await shards.append(request);
    await short.write(Buffer.alloc(9));
    await expect(short.commit(Buffer.alloc(0))).rejects.toMatchObject({ code: 'body-incomplete' });
    await short.abort();
    expect(await shards.stat(keyOf(1))).toBeUndefined();
  });

  test('lets many writers interleave in one segment', async () => {
    const numbers = Array.from({ length: 24 }, (_, number) => number);
    await Promise.all(numbers.map((number) => store(shards, keyOf(number), 300_000 + number, 50_000)));
    for (const number of numbers) {
      expect((await load(shards, keyOf(number)))?.equals(bytesOf(keyOf(number), 300_000 + number))).toBe(
        true,
      );
    }
    expect((await shards.status()).segments).toBe(1);
  });

  test('may be fed from one buffer that the caller reuses', async () => {
    const size = 600_000;
    const source = bytesOf(keyOf(1), size);
    const writer = await shards.append({ key: keyOf(1), objectHash: hashOf(keyOf(1)), lengthBytes: size });
    const reused = Buffer.alloc(100_000);
    for (let at = 0; at < size; at += reused.length) {
      source.copy(reused, 0, at);
      await writer.write(reused);
      reused.fill(0);
    }
    await writer.commit(recordOf(keyOf(1)));
    expect((await load(shards, keyOf(1)))?.equals(source)).toBe(true);
  });
});

describe('a segment', () => {
  test('rolls before it grows past its limit; a longer shard gets one of its own', async () => {
    await reopen({ segmentBytesMax: 100_000 });
    for (let number = 0; number < 6; number += 1) await store(shards, keyOf(number), 40_000);
    await store(shards, keyOf(6), 500_000);
    await store(shards, keyOf(7), 10);
    expect((await shards.status()).segments).toBe(4);
    for (let number = 0; number < 6; number += 1) {
      expect(await load(shards, keyOf(number))).toEqual(bytesOf(keyOf(number), 40_000));
    }
    expect((await load(shards, keyOf(6)))?.equals(bytesOf(keyOf(6), 500_000))).toBe(true);
  });

  test('that is wholly deleted disappears from the directory with its sidecar', async () => {
    await reopen({ segmentBytesMax: 100_000 });
    for (let number = 0; number < 6; number += 1) await store(shards, keyOf(number), 40_000);
    const keys = Array.from({ length: 5 }, (_, number) => keyOf(number));
    expect(await shards.delete([...keys, keyOf(99), keys[0]!])).toBe(5);
    await reopen({ segmentBytesMax: 100_000 });
    expect(await readdir(join(directory, 'segments'))).toHaveLength(2);
    const status = await shards.status();
    expect(status).toMatchObject({ segments: 1, shards: 1, deadBytes: 5 * 8240 });
    expect(await load(shards, keyOf(5))).toEqual(bytesOf(keyOf(5), 40_000));
  });

  test('that is deleted under a reader is served to its end, and removed after it', async () => {
    await reopen({ segmentBytesMax: 1_000_000 });
    const size = 900_000;
    await store(shards, keyOf(1), size);
    const reader = (await shards.read(keyOf(1)))!;
    const parts: Uint8Array[] = [];
    for await (const part of reader.bytes()) {
      if (parts.length === 0) {
        expect(await shards.delete([keyOf(1)])).toBe(1);
        expect(await shards.read(keyOf(1))).toBeUndefined();
        expect(await readdir(join(directory, 'segments'))).toHaveLength(2);
      }
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(bytesOf(keyOf(1), size))).toBe(true);
    expect((await shards.status()).segments).toBe(0);
    await reopen();
    expect(await readdir(join(directory, 'segments'))).toEqual([]);
  });

  test('is let go by a reader that stops early or never starts', async () => {
    await reopen({ segmentBytesMax: 1_000_000 });
    await store(shards, keyOf(1), 900_000);
    const early = (await shards.read(keyOf(1)))!;
    for await (const part of early.bytes()) if (part.length > 0) break;
    const never = (await shards.read(keyOf(1)))!;
    never.close();
    never.close();
    await shards.delete([keyOf(1)]);
    expect((await shards.status()).segments).toBe(0);
  });
});

describe('a listing', () => {
  test('goes through all shards in key order, page by page', async () => {
    const keys = [keyOf(1, 0), keyOf(1, 1), keyOf(2, 0), keyOf(300, 2), keyOf(300, 10)];
    for (const key of [...keys].reverse()) await store(shards, key, 5);
    const seen = [];
    for (let page = await shards.list(undefined, 2); page.length > 0;) {
      seen.push(...page.map(({ key }) => key));
      page = await shards.list(page.at(-1)!.key, 2);
    }
    expect(seen).toEqual(keys);
  });
});

describe('a directory', () => {
  test('is refused while another store has it open, and free again after close', async () => {
    await expect(openStore(directory)).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining('in use by process'),
    });
    await store(shards, keyOf(1), 10);
    await reopen();
    expect(await load(shards, keyOf(1))).toEqual(bytesOf(keyOf(1), 10));
  });

  test('is refused with a different master key, and unharmed by the attempt', async () => {
    await store(shards, keyOf(1), 10);
    await shards.close();
    await expect(openStore(directory, { masterKey: Buffer.alloc(32, 8) })).rejects.toMatchObject({
      code: 'invalid-key-file',
    });
    shards = await openStore(directory);
    expect(await load(shards, keyOf(1))).toEqual(bytesOf(keyOf(1), 10));
  });

  test('that lost its state file is refused instead of being begun anew', async () => {
    await store(shards, keyOf(1), 10);
    await shards.close();
    await rm(join(directory, 'state'));
    await expect(openStore(directory)).rejects.toMatchObject({ code: 'store-damaged' });
  });

  test('closes while a reader and a writer are at work, and answers them with an error', async () => {
    await store(shards, keyOf(1), 2_000_000);
    const reader = (await shards.read(keyOf(1)))!;
    const writer = await shards.append({ key: keyOf(2), objectHash: hashOf(keyOf(2)), lengthBytes: 5 });
    await writer.write(Buffer.alloc(5));
    const iterator = reader.bytes()[Symbol.asyncIterator]();
    await iterator.next();
    await shards.close();
    await expect(writer.commit(Buffer.alloc(0))).rejects.toMatchObject({ code: 'store-closed' });
    await expect(
      (async () => {
        while ((await iterator.next()).done !== true);
      })(),
    ).rejects.toMatchObject({ code: 'store-failed' });
    await expect(shards.read(keyOf(1))).rejects.toMatchObject({ code: 'store-closed' });
  });
});
