// What the repair journal carries.

import type { BlobRecord } from '../contracts/records.ts';

/** Something owed: shards that were not written, to be rebuilt when their node is back; or shards that a reader could not use. */
export interface RepairEntry {
  readonly v: 1;
  /** Where the blob was written, for a person who reads the journal. */
  readonly bucketId?: string;
  readonly key?: string;
  readonly blob: BlobRecord;
  /** Indices of shards that a reader found absent or rotten. Absent: the journal is about `missing` of the blob. */
  readonly damaged?: readonly number[];
}

/** An entry of the journal for this node. One that is neither `done` nor postponed comes again. */
export interface RepairDebt {
  readonly entry: RepairEntry;
  /** How often it was handed out before. */
  readonly redeliveries: number;
  done(): void;
  later(delayMs: number): void;
  /** Still being worked on: say so at least every 20 s. */
  alive(): void;
}
