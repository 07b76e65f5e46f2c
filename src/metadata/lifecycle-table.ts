// Who carries out lifecycle rules: one record in the metadata stream, compared and set.
//
// What the record means is maintenance/lifecycle-duty.ts's business. It is no part of the view: it is read from the leader, and the
// compare-and-set decides.

import type { LifecycleRecord } from '../contracts/records.ts';
import type { CommitOutcome, Versioned } from './commits.ts';

export interface KeptLifecycle extends Versioned<LifecycleRecord> {
  /** When it was written, by the clock of the stream's leader: milliseconds since 1970. */
  readonly storedMs: number;
}

export interface LifecycleTable {
  /** Undefined: nobody has had the duty yet. */
  get(): Promise<KeptLifecycle | undefined>;
  /** Replaces the record at `revision`, or writes the first one. */
  put(record: LifecycleRecord, revision: number | undefined): Promise<CommitOutcome>;
}
