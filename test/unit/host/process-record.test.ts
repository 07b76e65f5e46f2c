import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { recordOf, runningProcess, stopRecorded, writeRecord } from '../../../src/host/process-record.ts';
import { systemClock } from '../../../src/platform/clock.ts';

let directory: string;
let file: string;
const started: { kill(signal: 'SIGKILL'): boolean }[] = [];

function start(script: string): number {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  started.push(child);
  return child.pid!;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'record-'));
  file = join(directory, 'p.json');
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

const stop = (graceMs: number): Promise<boolean> => stopRecorded(file, { clock: systemClock, graceMs });

describe('a recorded process', () => {
  test('is found and stopped', async () => {
    const pid = start('setInterval(() => {}, 1000)');
    await writeRecord(file, pid);
    expect((await runningProcess(file))?.pid).toBe(pid);
    expect(await stop(5000)).toBe(true);
    expect(await recordOf(pid)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });

  test('that ignores SIGTERM is killed after the grace', async () => {
    const pid = start('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
    await writeRecord(file, pid);
    await systemClock.sleep(300);
    expect(await stop(100)).toBe(true);
    expect(await recordOf(pid)).toBeUndefined();
  });

  test('is not confused with a later process that got the same pid', async () => {
    const pid = start('setInterval(() => {}, 1000)');
    await writeRecord(file, pid);
    const record: { startTicks: string } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ pid, startTicks: String(Number(record.startTicks) - 1) }));
    expect(await runningProcess(file)).toBeUndefined();
    expect(await stop(1000)).toBe(false);
    expect((await recordOf(pid))?.pid).toBe(pid);
  });

  test.each(['', '{', '[]', '{"pid":"x"}', 'null'])(
    'whose record is damaged (%j) is nobody',
    async (text) => {
      writeFileSync(file, text);
      expect(await runningProcess(file)).toBeUndefined();
      expect(await stop(1000)).toBe(false);
    },
  );
});
