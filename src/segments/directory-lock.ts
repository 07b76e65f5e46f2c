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

export interface DirectoryLock {
  /** Lets the directory go. When that fails the row stays behind; it holds nobody up. */
  release(): Promise<void>;
}

let boot: string | undefined;
let started: string | undefined;
/** Directories this process holds or is about to. */
const held = new Set<string>();

/** Takes the directory for this process, or says who has it. */
export async function lockDirectory(
  index: ShardIndex,
  files: Files,
  directory: string,
): Promise<DirectoryLock> {
  const mine = ownerOf(await onDisk('looking at the data directory', files.identityOf(directory)));
  if (held.has(mine.directory)) throw inUse(directory, `process ${pid}`);
  held.add(mine.directory);
  try {
    await claim(index, directory, mine);
  } catch (error) {
    held.delete(mine.directory);
    throw error;
  }
  return {
    release: async () => {
      try {
        await index.disown();
      } finally {
        held.delete(mine.directory);
      }
    },
  };
}

async function claim(index: ShardIndex, directory: string, mine: Owner): Promise<void> {
  let other: Owner | undefined;
  const claimed = await index.claim(Buffer.from(JSON.stringify(mine)), (bytes) => {
    other = parseOwner(bytes);
    return other !== undefined && lives(other, mine);
  });
  if (!claimed) throw inUse(directory, other === undefined ? 'another process' : `process ${other.pid}`);
}

function inUse(directory: string, holder: string): PredastoreError {
  return new PredastoreError('store-failed', `the data directory ${directory} is in use by ${holder}`);
}

/** A row that cannot be understood was written by nobody who lives: it rotted. */
function parseOwner(bytes: Buffer): Owner | undefined {
  try {
    return JSON.parse(bytes.toString()) as Owner;
  } catch {
    return undefined;
  }
}

function ownerOf(directory: string): Owner {
  // Neither changes while this process lives.
  boot ??= bootId();
  started ??= startOf(pid) ?? '';
  return { pid, started, boot, directory };
}

function lives(owner: Owner, mine: Owner): boolean {
  if (owner.boot !== mine.boot || owner.directory !== mine.directory) return false;
  // This process took the directory a moment ago; a row of its own is of a close that failed.
  if (owner.pid === mine.pid) return false;
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
