// Which process we started, written down so that a later one can find it again and stop exactly that one.
//
// Invariants:
//   1. A process is signalled only when its start time is the recorded one: a reused pid is never hit.
//   2. Where start times cannot be read (no /proc) nothing is taken for ours.

import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../core/errors.ts';
import { PUBLIC_MODE, replaceFile } from '../platform/owned-file.ts';
import type { Clock } from '../platform/clock.ts';

export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks between boot and start of the process, as the kernel counts them. */
  readonly startTicks: string;
}

const POLL_MS = 20;
/** Fields of /proc/<pid>/stat after the command name, which may itself hold blanks and brackets. */
const STATE_FIELD = 0;
const START_FIELD = 19;

/** The record of a running process; undefined when there is none with this pid. */
export async function recordOf(pid: number): Promise<ProcessRecord | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemCodeOf(error) ?? '')) return undefined;
    throw error;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[START_FIELD];
  // A zombie has ended; only its parent has not looked yet.
  if (startTicks === undefined || fields[STATE_FIELD] === 'Z') return undefined;
  return { pid, startTicks };
}

export async function writeRecord(file: string, pid: number): Promise<void> {
  const record = await recordOf(pid);
  if (record === undefined) return;
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, `${JSON.stringify(record)}\n`, PUBLIC_MODE);
}

/** The process of a record file, when it is still the one that was recorded. */
export async function runningProcess(file: string): Promise<ProcessRecord | undefined> {
  const recorded = await readRecord(file);
  if (recorded === undefined) return undefined;
  const now = await recordOf(recorded.pid);
  return now?.startTicks === recorded.startTicks ? now : undefined;
}

async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    // No record, or one that a crash tore: nothing that could be trusted.
    if (systemCodeOf(error) === 'ENOENT' || messageOf(error).includes('JSON')) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is ProcessRecord {
  if (typeof value !== 'object' || value === null) return false;
  return 'pid' in value && 'startTicks' in value && Number.isInteger(value.pid);
}

/** Sends a signal; false when the process is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

export interface StopOptions {
  readonly clock: Clock;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
}

/** Ends the process of a record file, politely and then not; false when none of ours was running. */
export async function stopRecorded(file: string, { clock, graceMs }: StopOptions): Promise<boolean> {
  const found = await runningProcess(file);
  if (found !== undefined) {
    signalProcess(found.pid, 'SIGTERM');
    const deadlineMs = clock.monotonicMs() + graceMs;
    while (clock.monotonicMs() < deadlineMs && (await runningProcess(file)) !== undefined)
      await clock.sleep(POLL_MS);
    if ((await runningProcess(file)) !== undefined) {
      signalProcess(found.pid, 'SIGKILL');
      while ((await runningProcess(file)) !== undefined) await clock.sleep(POLL_MS);
    }
  }
  await rm(file, { force: true });
  return found !== undefined;
}
