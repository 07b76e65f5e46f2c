// What maintenance remembers over restarts: how far scrubbing has come, and to which metadata the shards of this node belong.
//
// Owns: one small file in the data directory. It is a memory, not a truth: a lost one costs a pass of scrubbing and a grace.
// Invariants:
//   1. The file is the old one or the new one, never a part (platform/owned-file.ts).
//   2. A file that cannot be understood is replaced by an empty notebook, and that is logged.

import { readFile } from 'node:fs/promises';
import { messageOf, systemCodeOf } from '../core/errors.ts';
import type { Logger } from '../platform/log.ts';
import { PRIVATE_MODE, replaceFile } from '../platform/owned-file.ts';

export interface ScrubNote {
  /** Key of the last shard looked at, as text; empty: none in this pass. */
  readonly after: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly shards: number;
  readonly damaged: number;
  /** When the last pass ended; 0: none has. */
  readonly completedMs: number;
}

export interface Notes {
  readonly v: 1;
  /** Identity of the metadata stream that the shards of this node were written under; empty: not known yet. */
  readonly stream: string;
  readonly scrub: ScrubNote;
}

const BLANK: Notes = {
  v: 1,
  stream: '',
  scrub: { after: '', startedMs: 0, shards: 0, damaged: 0, completedMs: 0 },
};

export class Notebook {
  readonly #path: string;
  #notes: Notes;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, notes: Notes) {
    this.#path = path;
    this.#notes = notes;
  }

  static async open(path: string, logger: Logger): Promise<Notebook> {
    return new Notebook(path, await readNotes(path, logger));
  }

  get notes(): Notes {
    return this.#notes;
  }

  /** Durable once resolved; changes are written one after the other. */
  update(change: Partial<Omit<Notes, 'v'>>): Promise<void> {
    this.#notes = { ...this.#notes, ...change };
    const text = JSON.stringify(this.#notes);
    const write = (): Promise<void> => replaceFile(this.#path, text, PRIVATE_MODE);
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}

async function readNotes(path: string, logger: Logger): Promise<Notes> {
  try {
    const notes: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (areNotes(notes)) return notes;
    logger.warn('the notebook of maintenance is of another version: starting a new one', { path });
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') {
      logger.warn('the notebook of maintenance cannot be read: starting a new one', {
        path,
        reason: messageOf(error),
      });
    }
  }
  return BLANK;
}

function areNotes(value: unknown): value is Notes {
  if (typeof value !== 'object' || value === null) return false;
  const notes = value as Partial<Record<keyof Notes, unknown>>;
  const scrub = notes.scrub as Partial<Record<keyof ScrubNote, unknown>> | null | undefined;
  if (notes.v !== 1 || typeof notes.stream !== 'string' || typeof scrub !== 'object' || scrub === null)
    return false;
  const counts = [scrub.startedMs, scrub.shards, scrub.damaged, scrub.completedMs];
  return typeof scrub.after === 'string' && counts.every((count) => Number.isSafeInteger(count));
}
