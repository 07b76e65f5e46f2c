// Where the main thread spends its time in a case of segments.ts: a table of hot functions, and a flame graph.
//
//   npm run build && node dist/scripts/bench/profile.js append-alone docs/profiles/append.svg
//   node dist/scripts/bench/profile.js read-alone docs/profiles/read.svg
//
// V8's sampling profile sees one thread: what libuv's threads do (pwrite, fdatasync, pread) is in nobody's stack; `(program)` is native
// code without a JavaScript frame, `(garbage collector)` what it took of this thread.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flameGraph, hotFunctions, type CpuProfile } from './flame-graph.ts';

const ROWS = 18;
const LIMIT_MS = 300_000;

const [name = 'append-alone', picture] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'predastore-profile-'));
try {
  const bench = fileURLToPath(new URL('segments.js', import.meta.url));
  const args = ['--cpu-prof', `--cpu-prof-dir=${directory}`, bench, directory, name];
  process.stdout.write(execFileSync(process.execPath, args, { timeout: LIMIT_MS }));
  const file = readdirSync(directory).find((one) => one.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('the bench left no profile');
  const profile = JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile;
  for (const [hot, fraction] of hotFunctions(profile).slice(0, ROWS)) {
    console.log(`| ${(fraction * 100).toFixed(1).padStart(4)} % | \`${hot}\` |`);
  }
  if (picture !== undefined) {
    mkdirSync(dirname(picture), { recursive: true });
    writeFileSync(picture, flameGraph(profile, name));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
