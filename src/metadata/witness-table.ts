// What the cluster remembers of the data directory of every node: how far its counters had gone.
//
// Owns: one record for each store id, compared and set. Refuses: judging it (segments/state-witness.ts does).
// The records are no part of the view: they are read once at a start, from the leader, and the compare-and-set decides.

import type { StoreWitnessRecord } from '../contracts/records.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { CommitOutcome, Versioned, WitnessTable } from './metadata-store.ts';
import { decodeWitness, encodeRecord } from './record-codec.ts';
import { witnessSubject } from './subjects.ts';

export class StreamWitnesses implements WitnessTable {
  readonly #log: MetadataLog;

  constructor(log: MetadataLog) {
    this.#log = log;
  }

  async get(storeId: string): Promise<Versioned<StoreWitnessRecord> | undefined> {
    const last = await this.#log.read(witnessSubject(storeId), () => 0);
    return last === undefined ? undefined : { record: decodeWitness(last.payload), revision: last.sequence };
  }

  put(record: StoreWitnessRecord, revision: number | undefined): Promise<CommitOutcome> {
    return this.#log.commit({
      subject: witnessSubject(record.storeId),
      record: encodeRecord(record),
      expected: revision === undefined ? 'absent' : { revision },
    });
  }
}
