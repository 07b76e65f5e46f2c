// Compares schemas/ with those of a git ref, and fails when a published version was narrowed:
//   node dist/scripts/check-schema-compatibility.js origin/main

import { execFileSync } from 'node:child_process';
import { incompatibilities } from './contracts/compatibility.ts';
import { loadSchemas, type JsonObject } from './contracts/sources.ts';

const FOLDER = 'schemas';

function git(...parameters: string[]): string {
  return execFileSync('git', parameters, { encoding: 'utf8' });
}

async function main(ref: string): Promise<number> {
  const current = new Map((await loadSchemas(FOLDER)).map(({ id, schema }) => [id, schema]));
  const published = git('ls-tree', '--name-only', ref, `${FOLDER}/`).split('\n');
  let problems = 0;
  for (const file of published.filter((name) => name.endsWith('.json'))) {
    const id = file.slice(FOLDER.length + 1, -'.json'.length);
    const before = JSON.parse(git('show', `${ref}:${file}`)) as JsonObject;
    const after = current.get(id);
    const direction = id.includes('.request.') ? 'request' : 'reply';
    const found = after === undefined ? ['was removed'] : incompatibilities(before, after, direction);
    for (const problem of found) console.log(`${id} ${problem}`);
    problems += found.length;
  }
  return problems;
}

const [ref] = process.argv.slice(2);
if (ref === undefined) {
  console.log('usage: check-schema-compatibility <git ref>');
  process.exitCode = 2;
} else {
  process.exitCode = (await main(ref)) === 0 ? 0 : 1;
}
