// The directory in which a node keeps copies of its metadata (metadata-copy.ts): their names, their order, and how many stay.
//
// The name of a copy says what is asked most: when it was made, up to which change it goes, how many records it has. What is believed is in
// the file. Something that was not finished has another name, and is removed by the next one that is made.
//
// Invariants:
//   1. A file under the name of a copy was whole and synced when it got that name.
//   2. Making room never removes the newest copy, nor the largest where the newest has less than half of its records: what emptied the
//      metadata is then not what removes the last trace of it.

import { join } from 'node:path';
import { systemCodeOf } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { Files } from '../platform/files.ts';
import { writeCopy } from './metadata-copy.ts';
import type { ViewSnapshot } from './view-snapshot.ts';

export interface ShelvedCopy {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly takenMs: number;
  readonly applied: number;
  readonly records: number;
}

export interface ShelfWork {
  readonly snapshot: ViewSnapshot;
  readonly node: NodeId;
  readonly takenMs: number;
  /** As `CopyWork.pace`. */
  readonly pace: (bytes: number) => Promise<void>;
}

const NAME = /^metadata-(\d{1,16})-(\d{1,16})-(\d{1,12})\.copy$/;
const UNFINISHED_END = '.making';
/** A newest copy with fewer records than this part of the largest one does not take its place. */
const SHRUNK = 0.5;

export class CopyShelf {
  readonly #directory: string;
  readonly #files: Files;

  constructor(directory: string, files: Files) {
    this.#directory = directory;
    this.#files = files;
  }

  /** Newest first. */
  async copies(): Promise<readonly ShelvedCopy[]> {
    const names = await this.#names();
    return names
      .flatMap((name) => copyNamed(join(this.#directory, name), name))
      .sort((a, b) => b.takenMs - a.takenMs || b.applied - a.applied);
  }

  /** Writes a copy, durably, under the name of one; whatever fails leaves none. Resolves with it and its bytes. */
  async add(work: ShelfWork): Promise<ShelvedCopy & { readonly bytes: number }> {
    await this.#files.mkdir(this.#directory);
    await this.#removeUnfinished();
    const { takenMs, snapshot } = work;
    const { applied } = snapshot.state.position;
    const beside = join(this.#directory, `metadata-${takenMs}${UNFINISHED_END}`);
    try {
      const { records, bytes } = await this.#write(beside, work);
      const path = join(this.#directory, `metadata-${takenMs}-${applied}-${records}.copy`);
      await this.#files.rename(beside, path);
      await this.#files.syncDirectory(this.#directory);
      return { path, takenMs, applied, records, bytes };
    } catch (error) {
      // On a disk that is full, or broken, this may fail too: the next copy removes what is left.
      await this.#files.unlink(beside).catch(() => undefined);
      throw error;
    }
  }

  /** Removes the oldest copies beyond `keep`. */
  async prune(keep: number): Promise<void> {
    const copies = await this.copies();
    for (const { path } of dispensable(copies, keep)) await this.#files.unlink(path);
  }

  async #write(path: string, work: ShelfWork): Promise<{ readonly records: number; readonly bytes: number }> {
    const file = await this.#files.open(path, 'create');
    try {
      const written = await writeCopy({ ...work, file });
      await file.datasync();
      return written;
    } finally {
      await file.close();
    }
  }

  async #removeUnfinished(): Promise<void> {
    for (const name of await this.#names())
      if (name.endsWith(UNFINISHED_END)) await this.#files.unlink(join(this.#directory, name));
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await this.#files.readdir(this.#directory);
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

function copyNamed(path: string, name: string): readonly ShelvedCopy[] {
  const found = NAME.exec(name);
  if (found === null) return [];
  const [takenMs = 0, applied = 0, records = 0] = found.slice(1).map(Number);
  return [{ path, takenMs, applied, records }];
}

/** `copies`: newest first. */
function dispensable(copies: readonly ShelvedCopy[], keep: number): readonly ShelvedCopy[] {
  const [newest] = copies;
  const largest = copies.reduce<ShelvedCopy | undefined>(
    (most, copy) => (most === undefined || copy.records > most.records ? copy : most),
    undefined,
  );
  const isShrunk = newest !== undefined && largest !== undefined && newest.records < largest.records * SHRUNK;
  return copies.slice(Math.max(1, keep)).filter((copy) => !(isShrunk && copy === largest));
}
