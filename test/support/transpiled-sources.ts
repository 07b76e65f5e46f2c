// Sources a child process can run: Node 20 does not strip types, and a build of the whole tree takes too long for a test.

import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transform } from '@swc/core';

const ROOT = resolve(import.meta.dirname, '../..');
const RELATIVE_IMPORT = /(from|import) '(\.[^']*)\.ts'/g;

/** Changes the text of one source on the way: for tests that need a program with a bug planted in it. */
export type SourceChange = (name: string, text: string) => string;

const asItIs: SourceChange = (_name, text) => text;

/** Translates folders and files of the repository (relative names) into `target`, where `node` runs them. */
export async function transpileSources(
  target: string,
  sources: readonly string[],
  change: SourceChange = asItIs,
): Promise<void> {
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), '{"type":"module"}');
  await symlink(join(ROOT, 'node_modules'), join(target, 'node_modules'));
  for (const source of sources) {
    if (source.endsWith('.ts')) await transpileFile(target, source, change);
    else {
      const names = await readdir(join(ROOT, source));
      for (const name of names)
        if (name.endsWith('.ts')) await transpileFile(target, join(source, name), change);
    }
  }
}

async function transpileFile(target: string, name: string, change: SourceChange): Promise<void> {
  const text = change(name, await readFile(join(ROOT, name), 'utf8'));
  const source = text.replaceAll(RELATIVE_IMPORT, "$1 '$2.js'");
  const { code } = await transform(source, {
    filename: name,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
    configFile: false,
    swcrc: false,
  });
  const path = join(target, name.replace(/\.ts$/, '.js'));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
}
