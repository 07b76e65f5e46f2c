// kill -9 under load, again and again on one directory: what was acknowledged is there to the byte, what was not committed is not,
// and no fragment number was used twice.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { env } from 'node:process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/platform/clock.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import {
  bytesOf,
  hashOf,
  keyOf,
  load,
  openStore,
  recordOf,
  temporaryDirectory,
} from '../../support/segment-stores.ts';
import { transpileSources } from '../../support/transpiled-sources.ts';

/** The child's source; it runs from its translation. */
const LOAD = new URL('../../support/segment-load.ts', import.meta.url);
/** `make test-kills` sets 250: a life is up to 200 ms of load. */
const KILLS = Number(env['KILLS'] ?? 20);
const NUMBERS_PER_RUN = 100_000;
const HEADER = 4096;
const FRAGMENT = 8240;

let scratch: string;

beforeAll(async () => {
  scratch = await temporaryDirectory();
  await transpileSources(join(scratch, 'program'), [
    'src/core',
    'src/platform',
    'src/segments',
    'test/support/segment-stores.ts',
    `test/support/${basename(LOAD.pathname)}`,
  ]);
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

interface Said {
  readonly stored: Map<number, number>;
  readonly deleting: Set<number>;
  readonly deleted: Set<number>;
}

/** Runs the load for `runMs` after it is ready and kills it; adds what it said to `said`. */
async function runAndKill(directory: string, first: number, runMs: number, said: Said): Promise<void> {
  const program = join(scratch, 'program/test/support', basename(LOAD.pathname, '.ts') + '.js');
  const child = spawn(process.execPath, [program, directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const killer = new AbortController();
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, number = '', length = ''] = line.split(' ');
    if (word === 'ready') void systemClock.sleep(runMs, killer.signal).then(() => child.kill('SIGKILL'));
    if (word === '+') said.stored.set(Number(number), Number(length));
    if (word === '-') said.deleting.add(Number(number));
    if (word === 'x') said.deleted.add(Number(number));
  }
  killer.abort();
  const [, signal] = (await gone) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}

async function verify(shards: ShardStore, said: Said, from: number): Promise<void> {
  const listed = new Map<number, number>();
  let after = from === 0 ? undefined : keyOf(from - 1);
  for (;;) {
    const page = await shards.list(after, 1000);
    for (const { key, lengthBytes } of page) listed.set(parseInt(key.writeId, 16), lengthBytes);
    after = page.at(-1)?.key;
    if (after === undefined) break;
  }
  for (const [number, length] of said.stored) {
    if (number < from || said.deleting.has(number)) continue;
    expect(listed.get(number)).toBe(length);
  }
  for (const number of said.deleted) expect(listed.has(number)).toBe(false);
  for (const [number, length] of listed) {
    const key = keyOf(number);
    expect(number % 11).not.toBe(10);
    expect((await load(shards, key))?.equals(bytesOf(key, length))).toBe(true);
    expect(await shards.stat(key)).toEqual({ key, lengthBytes: length, objectHash: hashOf(key) });
    expect(Buffer.from((await shards.record(key))!)).toEqual(recordOf(key));
  }
}

/** Every fragment number in the headers of all segments; a number that occurs twice is a nonce that was used twice. */
async function expectDistinctNumbers(directory: string): Promise<void> {
  const seen = new Set<bigint>();
  const header = Buffer.alloc(8);
  for (const name of await readdir(join(directory, 'segments'))) {
    if (!name.endsWith('.seg')) continue;
    const file = await open(join(directory, 'segments', name));
    const { size } = await file.stat();
    for (let at = HEADER; at + FRAGMENT <= size; at += FRAGMENT) {
      await file.read(header, 0, 8, at);
      const number = header.readBigUInt64BE();
      // Zero: a hole, where an extent was reserved and its bytes had not arrived.
      if (number === 0n) continue;
      expect(seen.has(number)).toBe(false);
      seen.add(number);
    }
    await file.close();
  }
  expect(seen.size).toBeGreaterThan(0);
}

test(
  'every acknowledged shard survives kill -9, again and again',
  async () => {
    const directory = join(scratch, 'data');
    const said: Said = { stored: new Map(), deleting: new Set(), deleted: new Set() };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const first = kill * NUMBERS_PER_RUN;
      await runAndKill(directory, first, 20 + ((kill * 37) % 180), said);
      const shards = await openStore(directory);
      await verify(shards, said, first);
      await shards.close();
    }
    const shards = await openStore(directory);
    await verify(shards, said, 0);
    await shards.close();
    await expectDistinctNumbers(directory);
    expect(said.stored.size).toBeGreaterThan(KILLS);
    expect(said.deleted.size).toBeGreaterThan(0);
    console.info(`${KILLS} kills, ${said.stored.size} shards acknowledged, ${said.deleted.size} deleted`);
  },
  60_000 + KILLS * 5000,
);
