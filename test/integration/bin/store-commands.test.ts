// `predastore put|get|ls|rm|mb|rb|cp|stat` as people and scripts use them, over a real nats-server.

import { chmod, mkdir, mkdtemp, readFile, readdir, rm as remove, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Output } from '../../../src/bin/store/output.ts';
import { cp } from '../../../src/bin/store/cp.ts';
import { get } from '../../../src/bin/store/get.ts';
import { ls } from '../../../src/bin/store/ls.ts';
import { mb } from '../../../src/bin/store/mb.ts';
import { put } from '../../../src/bin/store/put.ts';
import { rb } from '../../../src/bin/store/rb.ts';
import { rm } from '../../../src/bin/store/rm.ts';
import { stat } from '../../../src/bin/store/stat.ts';
import { Progress, bytesText } from '../../../src/bin/store/progress.ts';
import { runStoreCommand, type StoreCommandSpec } from '../../../src/bin/store/store-command.ts';
import { operationNames } from '../../../src/contracts/operations.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { BusFixture, inPieces, patternBytes, serve } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { ACCOUNT, benchOn, type ServiceBench } from '../../support/service-bench.ts';

let nats: TestNats;
let fixture: BusFixture;
let folder: string;
let bench: ServiceBench;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(async () => {
  fixture = new BusFixture(nats.urls);
  bench = await benchOn(new ObjectBench());
  await fixture.node(1, { operations: operationNames.map((name) => serve(name, bench.table[name])) });
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterEach(async () => {
  await fixture.close();
  await remove(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly told: string;
}

async function run(spec: StoreCommandSpec, args: string[], extra: Record<string, string> = {}): Promise<Ran> {
  const out: Buffer[] = [];
  const told: string[] = [];
  const output = (json: boolean): Output => ({
    json,
    isTerminal: false,
    write: async (bytes) => void out.push(Buffer.from(bytes)),
    tell: (line) => void told.push(line),
    draw: () => undefined,
  });
  const environment = { NATS_URL: nats.urls.join(','), PREDASTORE_ACCOUNT: ACCOUNT, ...extra };
  const code = await runStoreCommand(spec, args, { environment, output });
  return { code, out: Buffer.concat(out).toString(), told: told.join('\n') };
}

const lines = (text: string): string[] => text.trim().split('\n');

describe('the commands on the store', () => {
  test('make a bucket, store, show, fetch, copy, list and remove', async () => {
    const file = join(folder, 'cat.txt');
    await writeFile(file, 'meow');
    expect(await run(mb, ['films'])).toMatchObject({ code: 0, out: 'films: made\n' });
    expect(await run(put, [file, 'photos/2026/'])).toMatchObject({ code: 0 });
    expect((await run(stat, ['photos/2026/cat.txt'])).out).toMatch(/ContentLength +4\n/);
    expect((await run(get, ['photos/2026/cat.txt', '-'])).out).toBe('meow');
    await run(get, ['s3://photos/2026/cat.txt', join(folder, 'back')]);
    expect(await readFile(join(folder, 'back'), 'utf8')).toBe('meow');
    await run(cp, ['photos/2026/cat.txt', 'photos/a b+c.txt']);
    expect(lines((await run(ls, ['-r', 'photos'])).out)).toEqual(['2026/cat.txt', 'a b+c.txt']);
    expect((await run(ls, ['-l', 'photos'])).out).toContain('4 B  a b+c.txt');
    expect((await run(ls, [])).out).toBe('films\nphotos\n');
    expect((await run(rm, ['photos/a b+c.txt'])).code).toBe(0);
    expect((await run(rb, ['films'])).out).toBe('films: removed\n');
    expect((await run(rb, ['--force', 'photos'])).out).toBe('photos: removed, with 1 objects\n');
    expect((await run(ls, [])).out).toBe('');
  });

  test('know versions', async () => {
    const file = join(folder, 'cat.txt');
    const store = async (text: string): Promise<void> => {
      await writeFile(file, text);
      await run(put, [file, 'photos/cat']);
    };
    await bench.ask('PutBucketVersioning', {
      Bucket: 'photos',
      VersioningConfiguration: { Status: 'Enabled' },
    });
    for (const text of ['one', 'two']) await store(text);
    await run(rm, ['photos/cat']);
    const listed = lines((await run(ls, ['--versions', 'photos'])).out);
    expect(listed.map((line) => line.split(/ +/).slice(1))).toEqual([['cat', '(current)'], ['cat'], ['cat']]);
    expect((await run(ls, ['-l', '--versions', 'photos'])).out).toMatch(
      / deleted {2}\S+ {2}cat {2}\(current\)\n/,
    );
    const [marker = '', two = '', one = ''] = listed.map((line) => line.split(' ')[0] ?? '');

    expect((await run(get, ['--version-id', one, 'photos/cat', '-'])).out).toBe('one');
    expect((await run(stat, ['--version-id', two, 'photos/cat'])).out).toContain(two);
    expect((await run(cp, ['--version-id', one, 'photos/cat', 'photos/old'])).code).toBe(0);
    expect((await run(get, ['photos/old', '-'])).out).toBe('one');
    expect((await run(rm, ['--version-id', marker, 'photos/cat'])).out).toContain(
      `version ${marker} removed`,
    );
    expect((await run(get, ['photos/cat', '-'])).out).toBe('two');
    expect((await run(rm, ['--version-id', two, 'photos/cat'])).code).toBe(0);
    expect((await run(rm, ['--version-id', two, 'photos/cat'])).code).toBe(3);
    expect((await run(get, ['photos/cat', '-'])).out).toBe('one');
    await expect(run(rm, ['-r', '--version-id', two, 'photos/'])).rejects.toThrow('one object');
    await expect(run(rm, ['--versions', 'photos/cat'])).rejects.toThrow('goes with -r');

    await store('three');
    await run(rm, ['-r', 'photos/']);
    const current = lines((await run(ls, ['-l', '--versions', 'photos'])).out).filter((line) =>
      line.endsWith('(current)'),
    );
    expect(current.every((line) => line.includes(' deleted '))).toBe(true);
    expect((await run(rm, ['-r', '--versions', 'photos/old/'])).out).toContain('0 versions');
    expect((await run(rb, ['--force', 'photos'])).out).toMatch(/^photos: removed, with 5 objects\n$/);
  });

  test('work through folders', async () => {
    const source = join(folder, 'in');
    await mkdir(join(source, 'deep', 'er'), { recursive: true });
    await writeFile(join(source, 'one'), '1');
    await writeFile(join(source, 'deep', 'two'), '2');
    await writeFile(join(source, 'deep', 'er', 'three'), '3');
    expect((await run(put, ['-r', source, 'photos/all'])).told).toBe('3 files stored below photos/all/');
    await run(cp, ['-r', 'photos/all', 'photos/copy']);
    const target = join(folder, 'out');
    expect((await run(get, ['-r', 'photos/copy', target])).told).toBe('3 objects fetched from photos/copy/');
    expect(await readFile(join(target, 'deep', 'er', 'three'), 'utf8')).toBe('3');
    expect((await run(rm, ['-r', 'photos/all'])).out).toBe('3 objects removed below photos/all/\n');
    expect(lines((await run(ls, ['-r', 'photos'])).out)).toHaveLength(3);
  });

  test('never write outside of the folder they were given', async () => {
    const file = join(folder, 'x');
    await writeFile(file, 'evil');
    await run(put, [file, 'photos/p/../../escape']);
    await expect(run(get, ['-r', 'photos/p', join(folder, 'inner')])).rejects.toThrow('outside of');
    expect(await readdir(folder)).not.toContain('escape');
  });

  test('print one JSON document per result for scripts', async () => {
    const file = join(folder, 'cat');
    await writeFile(file, 'meow');
    const stored = await run(put, ['--json', file, 'photos/cat']);
    expect(JSON.parse(stored.out)).toEqual({
      Bucket: 'photos',
      Key: 'cat',
      Size: 4,
      ETag: expect.stringMatching(/^"/),
    });
    expect(JSON.parse((await run(ls, ['--json', 'photos'])).out)).toMatchObject({ Key: 'cat', Size: 4 });
    const missing = await run(stat, ['--json', 'photos/dog']);
    expect(JSON.parse(missing.told)).toMatchObject({ Code: 'NoSuchKey' });
    expect(missing.out).toBe('');
  });

  test('end with a code that tells what happened', async () => {
    expect((await run(stat, ['films/x'])).code).toBe(3);
    expect((await run(rm, ['photos/none'])).code).toBe(3);
    const stranger = await run(ls, ['photos'], { PREDASTORE_ACCOUNT: '999999999999' });
    expect(stranger).toMatchObject({ code: 4 });
    expect(stranger.told).toContain('--account');
    await fixture.close();
    expect((await run(stat, ['photos'])).code).toBe(5);
  });

  test.each<[string, StoreCommandSpec, string[], RegExp]>([
    ['a missing target', put, ['file'], /name the target/],
    ['a bucket that is none', mb, ['NO'], /not the name of a bucket/],
    ['an unknown option', ls, ['--fast'], /--fast/],
    ['too many words', mb, ['one-bucket', 'two'], /too many/],
    ['an account that is none', ls, ['--account', '12'], /12 digits/],
  ])('refuse %s before anything happens', async (_what, spec, args, words) => {
    await expect(run(spec, args)).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringMatching(words),
    });
  });

  test('refuse a key that others can read', async () => {
    const key = join(folder, 'key');
    await writeFile(key, 'SUAAAA');
    await chmod(key, 0o644);
    await expect(run(ls, [], { NATS_NKEY: key })).rejects.toThrow(`chmod 600 ${key}`);
  });

  test('leave the old file when a transfer fails', async () => {
    const file = join(folder, 'kept');
    await writeFile(file, 'old');
    expect((await run(get, ['photos/none', file])).code).toBe(3);
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['kept']);
  });
});

describe('a progress bar', () => {
  test('is drawn on a terminal, for transfers that take a while, and taken away', async () => {
    const drawn: string[] = [];
    const output: Output = {
      json: false,
      isTerminal: true,
      write: async () => undefined,
      tell: () => undefined,
      draw: (line) => void drawn.push(line),
    };
    const bytes = patternBytes(64 * 1024);
    const progress = new Progress(output, 'cat', bytes.length);
    for await (const _piece of progress.count(inPieces(bytes, 8192))) await systemClock.sleep(120);
    expect(drawn.some((line) => /^cat {2}█+░+ \d+% {2}64\.0 KiB {2}.*\/s {2}\d+ s left$/.test(line))).toBe(
      true,
    );
    expect(drawn.at(-1)).toBe('');
  });

  test('says sizes as people do', () => {
    expect([0, 999, 1024, 1536, 5 * 1024 ** 3].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1.0 KiB',
      '1.5 KiB',
      '5.0 GiB',
    ]);
  });
});
