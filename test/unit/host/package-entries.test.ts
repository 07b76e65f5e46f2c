// What package.json names is there, and an s3d is the same process whoever starts it.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { NODE_PROCESS_FLAGS } from '../../../src/host/local-cluster.ts';

interface Package {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const root = new URL('../../../', import.meta.url);
const entries = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Package;
let launchers: string;

beforeAll(() => {
  launchers = mkdtempSync(join(tmpdir(), 'predastore-launchers-'));
  execFileSync(new URL('scripts/make-launchers.sh', root).pathname, [launchers]);
});
afterAll(() => rmSync(launchers, { recursive: true }));

/** The source of what the build puts under `dist`. */
function hasSource(built: string): boolean {
  const source = built.replace(/^(\.\/)?dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts');
  return existsSync(new URL(source, root));
}

test.each(Object.entries(entries.bin))('the command %s runs what the build makes', (name, path) => {
  expect(path).toBe(`bin/${name}`);
  const built = /dist\/\S+\.js/.exec(readFileSync(join(launchers, basename(path)), 'utf8'));
  expect(hasSource(String(built?.[0]))).toBe(true);
});

test.each(Object.entries(entries.exports))('what others import as %s is built', (_name, targets) => {
  expect(Object.values(targets).filter((built) => !hasSource(built))).toEqual([]);
});

test('an s3d started by hand is the same process as one that `predastore up` starts', () => {
  const launcher = readFileSync(join(launchers, 's3d'), 'utf8');
  expect(launcher).toContain(`exec node ${NODE_PROCESS_FLAGS.join(' ')} `);
});
