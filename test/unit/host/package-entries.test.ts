import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { NODE_PROCESS_FLAGS } from '../../../src/host/local-cluster.ts';

interface Package {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
/** The source of what the build puts under `dist`. */
const sourceOf = (path: string): string => path.replace(/^\.\/dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts');

test('every entry of the package exists', () => {
  const { bin, exports } = JSON.parse(read('package.json')) as Package;
  for (const path of Object.values(bin)) {
    expect(existsSync(new URL(path, root))).toBe(true);
    const entry = /dist\/\S+\.js/.exec(read(path))?.[0];
    expect(existsSync(new URL(sourceOf(`./${String(entry)}`), root))).toBe(true);
  }
  for (const entry of Object.values(exports))
    for (const path of Object.values(entry)) expect(existsSync(new URL(sourceOf(path), root))).toBe(true);
});

test('an s3d started by hand is the same process as one that `predastore up` starts', () => {
  expect(read('bin/s3d')).toContain(`exec node ${NODE_PROCESS_FLAGS.join(' ')} `);
});
