// A disk that takes no more: the commit of an LMDB fails, its caller is told, and the process lives on. (lmdb-js tells of such a
// failure in more promises than the one it returns; each that nobody hears would end s3d.)

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { openLmdbTables } from '../../../src/segments/lmdb-tables.ts';
import { ShardIndex } from '../../../src/segments/shard-index.ts';

const SUPPORT = resolve(import.meta.dirname, '../../support');
/** What a file of the child may grow to, in units of 512 bytes (POSIX `ulimit -f`): beyond it writes fail, as on a full disk. */
const FILE_BLOCKS = 1200;

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'full-disk-'));
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Resolves with how many rows the child was told are stored; rejects when the child did not live to say so. */
async function writeUntilFull(what: 'view' | 'index', directory: string): Promise<number> {
  const hooks = join(SUPPORT, 'typescript-hooks.js');
  const child = join(SUPPORT, 'full-disk-child.ts');
  const script = 'ulimit -f "$1"; shift; exec "$@"';
  const command = [process.execPath, '--import', hooks, child, what, directory];
  const run = promisify(execFile);
  const { stdout } = await run('sh', ['-c', script, 'sh', String(FILE_BLOCKS), ...command], {
    timeout: 25_000,
  });
  return Number(stdout);
}

test('a metadata view on a full disk refuses, does not end the process, and holds what it said it holds', async () => {
  const directory = join(scratch, 'view');
  const stored = await writeUntilFull('view', directory);
  const view = await View.open({ directory, clock: systemClock, logger: silentLogger });
  expect(stored).toBeGreaterThan(0);
  expect([view.position.applied, view.objectCount]).toEqual([stored, stored]);
  await view.close();
});

test('an index on a full disk refuses, does not end the process, and holds what it said it holds', async () => {
  const directory = join(scratch, 'index');
  const stored = await writeUntilFull('index', directory);
  const index = ShardIndex.open(directory, openLmdbTables);
  expect(stored).toBeGreaterThan(0);
  expect(index.keys(undefined, 1_000_000)).toHaveLength(stored);
  await index.close();
});
