// One process per data directory: two would hand out the same nonces.
//
// The owner's name lies in the index, because LMDB's writer lock makes "look, then take" one step across processes and is let
// go when its holder dies. The owner is a process: its id, when it started, and since which boot; a restart therefore never
// finds a stale owner alive. Not covered: two hosts, or two containers with process ids of their own, that mount one directory.

import { readFileSync } from 'node:fs';
import { pid } from 'node:process';
import { PredastoreError, systemCodeOf } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { onDisk } from './disk-errors.ts';
import type { ShardIndex } from './shard-index.ts';

interface Owner {
  readonly pid: number;
  /** Ticks since boot when the process started; empty where the system does not tell. */
  readonly started: string;
  readonly boot: string;
  /** Device and inode of the directory: a copy of it is not owned. */
  readonly directory: string;
}

let boot: string | undefined;
let started: string | undefined;

/** Takes the directory for this process, or says who has it. */
export async function lockDirectory(index: ShardIndex, files: Files, directory: string): Promise<void> {
  const mine = ownerOf(await onDisk('looking at the data directory', files.identityOf(directory)));
  let other: Owner | undefined;
  const claimed = await index.claim(Buffer.from(JSON.stringify(mine)), (bytes) => {
    other = JSON.parse(bytes.toString()) as Owner;
    return lives(other, mine);
  });
  if (claimed) return;
  const holder = other === undefined ? 'another process' : `process ${other.pid}`;
  throw new PredastoreError('store-failed', `the data directory ${directory} is in use by ${holder}`);
}

function ownerOf(directory: string): Owner {
  // Neither changes while this process lives.
  boot ??= bootId();
  started ??= startOf(pid) ?? '';
  return { pid, started, boot, directory };
}

function lives(owner: Owner, mine: Owner): boolean {
  if (owner.boot !== mine.boot || owner.directory !== mine.directory) return false;
  return startOf(owner.pid) === owner.started;
}

/** When a process started, from field 22 of its stat line (the name before may hold spaces); `undefined` when it is gone. */
function startOf(processId: number): string | undefined {
  const line = readIfPresent(`/proc/${processId}/stat`);
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

function bootId(): string {
  return readIfPresent('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between opening and reading its line.
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}
