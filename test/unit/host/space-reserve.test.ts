import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RESERVE_BYTES, SpaceReserve } from '../../../src/host/space-reserve.ts';
import { systemFiles, type Files } from '../../../src/platform/files.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';

const MIB = 1024 * 1024;
const TEN_MINUTES_MS = 10 * 60_000;
let directory: string;
let availableBytes: number;
let looks: number;
let clock: ManualClock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'space-reserve-'));
  availableBytes = 1024 * MIB;
  looks = 0;
  clock = new ManualClock();
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function reserveIn(...directories: readonly string[]): SpaceReserve {
  const statfs = (): Promise<{ availableBytes: number; totalBytes: number }> => {
    looks += 1;
    return Promise.resolve({ availableBytes, totalBytes: 1024 * MIB });
  };
  const files: Files = { ...systemFiles, statfs };
  return new SpaceReserve({ files, clock, log: silentLogger, directories });
}

async function made(reserve: SpaceReserve): Promise<readonly string[]> {
  reserve.start();
  await reserve.stop();
  return readdir(directory);
}

test('the reserve takes up its room on the disk, once for each file system', async () => {
  expect(await made(reserveIn(directory, join(directory, 'missing'), directory))).toEqual(['space-reserve']);
  const { size, blocks } = await stat(join(directory, 'space-reserve'));
  expect(size).toBe(RESERVE_BYTES);
  expect(blocks * 512).toBeGreaterThanOrEqual(RESERVE_BYTES);
});

test('where little is free no reserve is made', async () => {
  availableBytes = 8 * RESERVE_BYTES - 1;
  expect(await made(reserveIn(directory))).toEqual([]);
});

test('what a crash left of a reserve is not taken for one', async () => {
  await writeFile(join(directory, 'space-reserve.new'), 'half');
  expect(await made(reserveIn(directory))).toEqual(['space-reserve']);
});

test('a start on a full disk gets the room of the reserve; any other start leaves it alone', async () => {
  await made(reserveIn(directory));
  availableBytes = 2 * MIB;
  await reserveIn(directory).makeRoom();
  expect(await readdir(directory)).toEqual(['space-reserve']);
  availableBytes = 2 * MIB - 1;
  await reserveIn(directory).makeRoom();
  expect(await readdir(directory)).toEqual([]);
  await reserveIn(directory).makeRoom();
});

test('a reserve that was given up is made again when there is room, without a new start', async () => {
  availableBytes = 0;
  const reserve = reserveIn(directory);
  reserve.start();
  await until(() => Promise.resolve(looks === 1));
  availableBytes = 1024 * MIB;
  await clock.advance(TEN_MINUTES_MS);
  await reserve.stop();
  expect(await readdir(directory)).toEqual(['space-reserve']);
});
