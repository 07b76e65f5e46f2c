// Buckets: few, so the view keeps them decoded in memory.

import type { BucketRecord } from '../contracts/records.ts';
import { assert } from '../core/assert.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { BucketTable, CommitOutcome, Expectation, Versioned } from './metadata-store.ts';
import type { CatchUp } from './object-table.ts';
import { decodeBucket, encodeRecord } from './record-codec.ts';
import { bucketSubject } from './subjects.ts';
import type { View } from './view.ts';

export class StreamBuckets implements BucketTable {
  readonly #log: MetadataLog;
  readonly #view: View;
  readonly #catchUp: CatchUp;

  constructor(log: MetadataLog, view: View, catchUp: CatchUp) {
    this.#log = log;
    this.#view = view;
    this.#catchUp = catchUp;
  }

  async get(name: string): Promise<Versioned<BucketRecord> | undefined> {
    const witness = (): number => this.#view.bucket(name)?.revision ?? 0;
    const message = await this.#log.readProven(bucketSubject(name), witness, this.#catchUp);
    return message && { record: decodeBucket(message.payload), revision: message.sequence };
  }

  async lookup(name: string): Promise<Versioned<BucketRecord> | undefined> {
    return this.#view.bucket(name) ?? (await this.get(name));
  }

  put(record: BucketRecord, expected: Expectation): Promise<CommitOutcome> {
    return this.#log.commit({ subject: bucketSubject(record.name), record: encodeRecord(record), expected });
  }

  remove(name: string, expected: Expectation): Promise<CommitOutcome> {
    assert(expected !== 'absent', 'what is absent cannot be removed');
    return this.#log.commit({ subject: bucketSubject(name), record: undefined, expected });
  }

  async list(): Promise<readonly Versioned<BucketRecord>[]> {
    await this.#catchUp();
    return this.#view.buckets();
  }
}
