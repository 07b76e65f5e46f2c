// A read that begins before it is known to be right: the shards are opened while the stream leader is still being asked.
//
// The view of this node nearly always has the record that the leader is about to name. Asking the leader and opening the
// shards one after the other is what a small GET waits for; side by side it waits for the slower of the two.
//
//   E1. Nothing of an early opening is used unless the leader named the very record (revision and request) it was opened for.
//   E2. At most EARLY_READS_MAX GETs of a process do so at once: early reads shorten the wait of a process that has time to spare;
//       a busy one answers more requests without them.
//   E3. An opening that is not used is closed, whatever becomes of it; how it fails is nobody's business.

import { EARLY_READS_MAX } from '../core/limits.ts';
import { settled } from '../platform/supervise.ts';
import { openRange, type OpenRange } from './open-range.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ByteRange } from '../core/body.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';

/** Counts the GETs of a process that wait for the leader. */
export class EarlyReads {
  #waiting = 0;

  /** Runs a GET; `begin` says whether it may read early, called at once. */
  async during<T>(get: (begin: boolean) => Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await get(this.#waiting <= EARLY_READS_MAX);
    } finally {
      this.#waiting -= 1;
    }
  }
}

export class EarlyRead {
  readonly #guess: Versioned<ObjectRecord>;
  readonly #opening: Promise<OpenRange>;
  #taken = false;

  private constructor(guess: Versioned<ObjectRecord>, opening: Promise<OpenRange>) {
    this.#guess = guess;
    this.#opening = opening;
    settled(opening, 'it may fail long before it is taken, while the leader is still silent');
  }

  /** Begins to open `range` of what the local view has. */
  static begin(context: ObjectContext, guess: Versioned<ObjectRecord>, range: ByteRange): EarlyRead {
    return new EarlyRead(guess, openRange(context, guess.record.blobs, range));
  }

  /** The opening, when it is of the record that was found; undefined when it is not, or when it failed. Once. */
  async take(found: Versioned<ObjectRecord>): Promise<OpenRange | undefined> {
    const { record, revision } = this.#guess;
    if (this.#taken || found.revision !== revision || found.record.request !== record.request)
      return undefined;
    this.#taken = true;
    try {
      return await this.#opening;
    } catch {
      return undefined; // the reader opens the shards again and reports what is wrong with them
    }
  }

  /** Closes the opening unless it was taken. */
  end(): void {
    if (this.#taken) return;
    this.#taken = true;
    const closed = this.#opening.then(async (opened) => {
      if (opened.kind === 'open') await opened.body.bytes[Symbol.asyncIterator]().return?.();
    });
    settled(closed, 'an opening that nobody uses may fail');
  }
}
