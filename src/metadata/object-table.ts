// Objects: one record per key, truth from the leader, listings from the view behind a barrier.

import type { ObjectRecord } from '../contracts/records.ts';
import { assert } from '../core/assert.ts';
import type { MetadataLog } from './metadata-log.ts';
import type {
  CommitOutcome,
  Expectation,
  ListPage,
  ListQuery,
  ObjectAddress,
  ObjectTable,
  Versioned,
} from './metadata-store.ts';
import { decodeObject, encodeObject } from './record-codec.ts';
import { objectSubject } from './subjects.ts';
import type { View } from './view.ts';

/** Waits until the view holds every commit acknowledged so far. */
export type CatchUp = () => Promise<void>;

export class StreamObjects implements ObjectTable {
  readonly #log: MetadataLog;
  readonly #view: View;
  readonly #catchUp: CatchUp;

  constructor(log: MetadataLog, view: View, catchUp: CatchUp) {
    this.#log = log;
    this.#view = view;
    this.#catchUp = catchUp;
  }

  async get(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined> {
    const subject = objectSubject(address.bucketId, address.key);
    const witness = (): number => this.#view.objectRevision(address);
    const message = await this.#log.readProven(subject, witness, this.#catchUp);
    return message && { record: decodeObject(message.payload), revision: message.sequence };
  }

  put(address: ObjectAddress, record: ObjectRecord, expected: Expectation): Promise<CommitOutcome> {
    const subject = objectSubject(address.bucketId, address.key);
    return this.#log.commit({ subject, record: encodeObject(record), expected });
  }

  remove(address: ObjectAddress, _requestId: string, expected: Expectation): Promise<CommitOutcome> {
    assert(expected !== 'absent', 'what is absent cannot be removed');
    const subject = objectSubject(address.bucketId, address.key);
    return this.#log.commit({ subject, record: undefined, expected });
  }

  async list(query: ListQuery): Promise<ListPage> {
    await this.#catchUp();
    return this.#view.list(query);
  }
}
