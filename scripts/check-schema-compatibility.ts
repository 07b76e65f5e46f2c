// Holds schemas/ and subjects/ against what was published before, and fails when a promise to callers was broken:
//   node dist/scripts/check-schema-compatibility.js [git ref]
//
// Without a ref: the last release (a tag v*), else main for work on a branch, else the commit before.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brokenPromises, incompatibilities } from './contracts/compatibility.ts';
import { loadSources } from './contracts/sources.ts';

const FOLDERS = ['schemas', 'subjects'];
const CANDIDATES = ['origin/main', 'main', 'HEAD~1'];

function git(...parameters: string[]): string {
  return execFileSync('git', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function tryGit(...parameters: string[]): string | undefined {
  try {
    return git(...parameters);
  } catch {
    return undefined; // no such tag, ref or repository: the caller has another candidate
  }
}

/** What callers were last promised; undefined outside a repository. */
function publishedRef(): string | undefined {
  const release = tryGit('describe', '--tags', '--abbrev=0', '--match', 'v*');
  if (release !== undefined) return release;
  const head = tryGit('rev-parse', 'HEAD');
  return CANDIDATES.find((ref) => {
    const commit = tryGit('merge-base', ref, 'HEAD');
    return commit !== undefined && commit !== head;
  });
}

async function problemsSince(ref: string): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'published-'));
  try {
    const base = git('merge-base', ref, 'HEAD');
    const archive = path.join(folder, 'published.tar');
    git('archive', '--output', archive, base, ...FOLDERS);
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    return await compare(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(publishedFolder: string): Promise<string[]> {
  const before = await loadSources(publishedFolder);
  const after = await loadSources('.');
  const current = new Map(after.schemas.map(({ id, schema }) => [id, schema]));
  const problems = before.schemas.flatMap(({ id, schema }) => {
    const now = current.get(id);
    const direction = id.includes('.request.') ? 'request' : 'reply';
    const found = now === undefined ? ['was removed'] : incompatibilities(schema, now, direction);
    return found.map((problem) => `${id} ${problem}`);
  });
  return [...problems, ...brokenPromises(before.operations, after.operations)];
}

const ref = process.argv[2] ?? publishedRef();
if (ref === undefined) {
  console.log('compatibility: not checked, there is no git history here');
} else {
  const problems = await problemsSince(ref);
  for (const problem of problems) console.log(problem);
  console.log(`compatibility: ${problems.length} problems since ${ref}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
