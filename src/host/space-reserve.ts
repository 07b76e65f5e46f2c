// Room kept back on every file system of a node, for the start on a disk that something else filled to its last byte.
//
// A start needs a few blocks: the record of the process, a new state file, pages of LMDB. A node that cannot start cannot
// delete anything either, so nobody could make room through it.
//
// Invariants:
//   1. One file of RESERVE_BYTES on each file system under the node's directories, never more.
//   2. It is given up only before a start that would fail without, and made again only when there is plenty of room.
//   3. Without it everything works as before: no failure to make or keep it is a failure of the node.

import { randomFillSync } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../core/errors.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';
import { supervise } from '../platform/supervise.ts';

const MIB = 1024 * 1024;
/** Enough for some dozens of starts, and nothing beside the 5 % of a disk that writers leave alone. */
export const RESERVE_BYTES = 8 * MIB;
/** With less than this a start may fail; it takes some hundred KiB. */
const START_ROOM_BYTES = 2 * MIB;
/** The reserve is made where it is a small part of what is free. */
const PLENTY_BYTES = 8 * RESERVE_BYTES;
/** A reserve that was given up is made again this long after there is room, at the latest. */
const LOOK_INTERVAL_MS = 10 * 60_000;
const RESERVE_FILE = 'space-reserve';

export interface SpaceReserveParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Logger;
  /** The node's directory first; then those below it that an operator may have mounted from elsewhere. */
  readonly directories: readonly string[];
}

export class SpaceReserve {
  readonly #parts: SpaceReserveParts;
  #timer: Timer | undefined;
  #making: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: SpaceReserveParts) {
    this.#parts = parts;
  }

  /** Before anything of a start is written: gives the reserve up where the disk is full. */
  async makeRoom(): Promise<void> {
    const { files, log } = this.#parts;
    for (const directory of await this.#places()) {
      try {
        const { availableBytes } = await files.statfs(directory);
        if (availableBytes >= START_ROOM_BYTES || !(await isThere(join(directory, RESERVE_FILE)))) continue;
        await files.unlink(join(directory, RESERVE_FILE));
        log.warn('the disk is full: the space reserve was given up for this start', { directory });
      } catch (error) {
        log.warn('the space reserve cannot be given up', { directory, reason: messageOf(error) });
      }
    }
  }

  /** Makes what is missing of the reserve now, and looks again from time to time. */
  start(): void {
    if (this.#stopped) return;
    this.#making = this.#makeMissing();
    supervise(this.#making, this.#parts.log, 'making the space reserve');
    this.#timer = this.#parts.clock.after(LOOK_INTERVAL_MS, () => this.start());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await Promise.allSettled([this.#making]); // how it ended was logged
  }

  async #makeMissing(): Promise<void> {
    const { files, log } = this.#parts;
    for (const directory of await this.#places()) {
      try {
        if (await isThere(join(directory, RESERVE_FILE))) continue;
        const { availableBytes } = await files.statfs(directory);
        if (availableBytes >= PLENTY_BYTES) await this.#make(directory);
      } catch (error) {
        log.warn('the space reserve cannot be made', { directory, reason: messageOf(error) });
      }
    }
  }

  /** Under another name first: a reserve that a crash cut short would be taken for a whole one. */
  async #make(directory: string): Promise<void> {
    const { files } = this.#parts;
    const unfinished = join(directory, `${RESERVE_FILE}.new`);
    if (await isThere(unfinished)) await files.unlink(unfinished);
    const file = await files.open(unfinished, 'create');
    try {
      // Random, so that no file system compresses it away.
      const block = randomFillSync(Buffer.alloc(MIB));
      for (let at = 0; at < RESERVE_BYTES; at += MIB) await file.pwrite(block, at);
      await file.datasync();
    } finally {
      await file.close();
    }
    await files.rename(unfinished, join(directory, RESERVE_FILE));
    await files.syncDirectory(directory);
  }

  /** The first of the directories on each file system; those that are not there yet have none. */
  async #places(): Promise<readonly string[]> {
    const places = new Map<number, string>();
    for (const directory of this.#parts.directories) {
      const device = await deviceOf(directory);
      if (device !== undefined && !places.has(device)) places.set(device, directory);
    }
    return [...places.values()];
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await deviceOf(path)) !== undefined;
}

/** The file system that a path is on; undefined: there is nothing under that name. */
async function deviceOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).dev;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
