// Which Predastore this is.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { present } from '../core/assert.ts';

/** The directory of package.json: two floors up in the source tree, three in the build. */
export const PROJECT_DIRECTORY = present(
  ['../..', '../../..']
    .map((up) => join(dirname(fileURLToPath(import.meta.url)), up))
    .find((directory) => existsSync(join(directory, 'package.json'))),
  'package.json above this file',
);

/** The version of package.json. */
export function predastoreVersion(): string {
  const text = readFileSync(join(PROJECT_DIRECTORY, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
