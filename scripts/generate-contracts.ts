// Writes src/contracts/generated/*.ts from schemas/ and subjects/. With --check it writes nothing and fails on drift.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderContracts } from './contracts/render.ts';
import { loadSources } from './contracts/sources.ts';

const GENERATED = path.join('src', 'contracts', 'generated');

async function main(root: string, checkOnly: boolean): Promise<number> {
  const folder = path.join(root, GENERATED);
  const stale: string[] = [];
  for (const [name, text] of await renderContracts(await loadSources(root))) {
    const file = path.join(folder, name);
    const present = await readFile(file, 'utf8').catch(() => '');
    if (present !== text) stale.push(path.join(GENERATED, name));
    if (checkOnly || present === text) continue;
    await mkdir(folder, { recursive: true });
    await writeFile(file, text);
  }
  if (stale.length === 0) return 0;
  console.log(`${checkOnly ? 'out of date' : 'written'}: ${stale.join(', ')}`);
  return checkOnly ? 1 : 0;
}

process.exitCode = await main(process.cwd(), process.argv.includes('--check'));
