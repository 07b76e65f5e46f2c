// The view as it was at one moment, to be copied while it goes on changing.
//
// Owns: one read transaction of LMDB, until `close`. Pages that it sees are not used anew meanwhile, so the file may grow: a copy has to end.

import type { Transaction } from 'lmdb';
import type { TailPosition } from '../bus/stream-tail.ts';
import type { WriteId } from '../core/ids.ts';
import { queuedBlob } from './reclaim-row.ts';
import { recordsOf, type ViewRecord } from './view-records.ts';
import type { ViewTables } from './view-tables.ts';

/** Which stream the snapshot pictures, and up to which change. */
export interface SnapshotState {
  readonly stream: string;
  readonly position: TailPosition;
}

export class ViewSnapshot {
  readonly #tables: ViewTables;
  readonly #transaction: Transaction;
  readonly state: SnapshotState;
  #isOpen = true;

  constructor(tables: ViewTables, transaction: Transaction, state: SnapshotState) {
    this.#tables = tables;
    this.#transaction = transaction;
    this.state = state;
  }

  /** Every record, as the stream had it; an upload before its parts. */
  records(): Generator<ViewRecord> {
    return recordsOf(this.#tables, this.#transaction);
  }

  /** Writes that no record names any more and whose shards may still be there. */
  *replaced(): Generator<WriteId> {
    for (const { value } of this.#tables.reclaim.getRange({ transaction: this.#transaction }))
      yield queuedBlob(value).write;
  }

  /** Closing twice is harmless. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#transaction.done();
  }
}
