// Tombstones of deleted objects, and their end.
//
// A deletion leaves a message (and the object's history before it) in the stream for ever. After TOMBSTONE_AGE_MS nobody
// needs it but a view that has not seen it yet. So the *floor* is published first: a view that is older than the floor may not
// continue, it is rebuilt. Then the messages go, each up to the sequence of its tombstone and never past it.
// The tombstone of an upload takes the messages of its parts with it: not sooner, because a view that had not seen a part yet
// would never learn of its blob. A part that came after the end of its upload counts as a tombstone itself.
// Every node may collect; who comes second finds the work done.

import type { StreamAdmin } from '../bus/stream-admin.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { TOMBSTONE_AGE_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { Tombstone, TombstoneRows } from './tombstone-rows.ts';
import { FLOOR_SUBJECT, METADATA_STREAM, partsOfUpload } from './subjects.ts';

const FLOOR_TRIES_MAX = 5;
/** A purge is a raft proposal: some hundreds a second at most, and the stream belongs to the requests. */
const SWEEP_TOMBSTONES = 100;
const SWEEP_PAUSE_MS = 1_000;
const SWEEP_INTERVAL_MS = 10 * 60 * 1_000;

/** The sequence below which deletions may be gone from the stream; and the revision of that statement. */
export async function readFloor(log: MetadataLog): Promise<{ floor: number; revision: number }> {
  const message = await log.read(FLOOR_SUBJECT, () => 0);
  if (message === undefined) return { floor: 0, revision: 0 };
  const value: unknown = JSON.parse(message.payload.toString('utf8'));
  if (typeof value === 'object' && value !== null && 'floor' in value && typeof value.floor === 'number') {
    return { floor: value.floor, revision: message.sequence };
  }
  throw new PredastoreError('metadata-corrupt', 'the floor record does not decode');
}

export class TombstoneCollector {
  readonly #rows: TombstoneRows;
  readonly #log: MetadataLog;
  readonly #admin: StreamAdmin;

  constructor(rows: TombstoneRows, log: MetadataLog, admin: StreamAdmin) {
    this.#rows = rows;
    this.#log = log;
    this.#admin = admin;
  }

  /** Collects up to `limit` tombstones seen at or before `beforeMs`; returns how many it dealt with. */
  async collect(beforeMs: number, limit: number): Promise<number> {
    const old = this.#rows.seenBefore(beforeMs, limit);
    const newest = old.at(-1);
    if (newest === undefined) return 0;
    await this.#raiseFloor(newest.sequence);
    for (const tombstone of old) await this.#forget(tombstone);
    await this.#rows.remove(old);
    return old.length;
  }

  /** Collects for ever, a little at a time, until `signal` fires. */
  async run(clock: Clock, logger: Logger, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let collected = 0;
      try {
        collected = await this.collect(clock.nowMs() - TOMBSTONE_AGE_MS, SWEEP_TOMBSTONES);
      } catch (error) {
        logger.warn('collecting tombstones failed', { reason: messageOf(error) });
      }
      await clock.sleep(collected === SWEEP_TOMBSTONES ? SWEEP_PAUSE_MS : SWEEP_INTERVAL_MS, signal);
    }
  }

  async #forget({ subject, sequence }: Tombstone): Promise<void> {
    const last = (await this.#log.last(subject))?.sequence;
    // The parts of an upload go before its tombstone does: whoever comes next knows that they are not gone yet.
    const parts = last === sequence ? partsOfUpload(subject) : undefined;
    if (parts !== undefined) await this.#admin.forget(METADATA_STREAM, parts, sequence);
    // Gone already, or the key lives again and its history is short anyway.
    if (last === sequence) await this.#admin.forget(METADATA_STREAM, subject, sequence);
  }

  /** The floor only rises, also when two nodes collect at once. */
  async #raiseFloor(floor: number): Promise<void> {
    const record = Buffer.from(JSON.stringify({ v: 1, floor }));
    for (let tries = 0; tries < FLOOR_TRIES_MAX; tries += 1) {
      const current = await readFloor(this.#log);
      if (current.floor >= floor) return;
      const expected = current.revision === 0 ? 'absent' : { revision: current.revision };
      const outcome = await this.#log.commit({ subject: FLOOR_SUBJECT, record, expected });
      if (outcome.kind === 'committed') return;
    }
    throw new PredastoreError('metadata-unavailable', 'the floor of the metadata stream keeps changing');
  }
}
