// Objects: one record per key, truth from the leader, listings from the view behind a barrier.

import type { ObjectRecord } from '../contracts/records.ts';
import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { NULL_VERSION } from '../core/ids.ts';
import type { EventNote } from './event-note.ts';
import type { Commit, ConditionalCommit, MetadataLog } from './metadata-log.ts';
import type {
  CommitOutcome,
  Expectation,
  HeadChange,
  ListPage,
  ListQuery,
  ObjectAddress,
  ObjectTable,
  Uncondemned,
  Versioned,
} from './metadata-store.ts';
import { decodeObject, encodeObject } from './record-codec.ts';
import { condemnedSubject, objectSubject, versionSubject } from './subjects.ts';
import { versionName } from './version-table.ts';
import { ROW_KEY_BYTES_MAX, VERSION_TAIL_BYTES, versionStem } from './view-rows.ts';
import type { ViewCurrency } from './view-currency.ts';
import type { ViewWriter } from './view-writer.ts';
import type { View } from './view.ts';

/** Waits until the view holds every commit acknowledged so far. */
export type CatchUp = () => Promise<void>;

export interface ObjectTableParts {
  readonly log: MetadataLog;
  readonly view: View;
  readonly currency: ViewCurrency;
  /** What the view will have in a moment. */
  readonly writer: Pick<ViewWriter, 'gathered'>;
  readonly catchUp: CatchUp;
}

export class StreamObjects implements ObjectTable {
  readonly #log: MetadataLog;
  readonly #view: View;
  readonly #currency: ViewCurrency;
  readonly #writer: Pick<ViewWriter, 'gathered'>;
  readonly #catchUp: CatchUp;

  constructor({ log, view, currency, writer, catchUp }: ObjectTableParts) {
    this.#log = log;
    this.#view = view;
    this.#currency = currency;
    this.#writer = writer;
    this.#catchUp = catchUp;
  }

  async get(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined> {
    const subject = objectSubject(address.bucketId, address.key);
    const witness = (): number => this.#view.objectRevision(address);
    const message = await this.#log.readProven(subject, witness, this.#catchUp);
    return message && { record: decodeObject(message.payload), revision: message.sequence };
  }

  async confirmed(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined> {
    // Of a key that it never heard of the view proves nothing: the question would be a round trip more before the leader is asked.
    if (!this.#isKnown(address)) return undefined;
    return (await this.#currency.isCurrent()) ? this.glimpse(address) : undefined;
  }

  glimpse(address: ObjectAddress): Versioned<ObjectRecord> | undefined {
    const delivered = this.#writer.gathered(objectSubject(address.bucketId, address.key));
    if (delivered?.payload.length === 0) return undefined;
    try {
      const seen = delivered
        ? { record: delivered.payload, revision: delivered.sequence }
        : this.#view.object(address);
      return seen && { record: decodeObject(seen.record), revision: seen.revision };
    } catch {
      return undefined; // a damaged row gives no hint; `get` reads the leader and reports what is wrong
    }
  }

  #isKnown(address: ObjectAddress): boolean {
    const { bucketId, key } = address;
    return (
      this.#view.objectRevision(address) > 0 ||
      this.#writer.gathered(objectSubject(bucketId, key)) !== undefined
    );
  }

  async peek(address: ObjectAddress): Promise<Versioned<ObjectRecord> | undefined> {
    const subject = objectSubject(address.bucketId, address.key);
    const message = await this.#log.read(subject, () => this.#view.objectRevision(address));
    return message && { record: decodeObject(message.payload), revision: message.sequence };
  }

  put(
    address: ObjectAddress,
    record: ObjectRecord,
    expected: Expectation | Uncondemned,
    note?: EventNote,
  ): Promise<CommitOutcome> {
    const subject = objectSubject(address.bucketId, address.key);
    const condition: Pick<Commit, 'expected' | 'unless'> =
      typeof expected === 'object' && 'uncondemned' in expected
        ? { expected: 'any', unless: condemnedSubject(expected.uncondemned) }
        : { expected };
    return this.#log.commit({ subject, record: encodeObject(record), ...condition, ...(note && { note }) });
  }

  async undo(address: ObjectAddress, taken: number, expected: number): Promise<CommitOutcome> {
    const subject = objectSubject(address.bucketId, address.key);
    // As it was written, byte for byte: also what a later version of this program wrote.
    const before = await this.#log.before(subject, taken);
    const record = before === undefined || before.payload.length === 0 ? undefined : before.payload;
    return this.#log.commit({ subject, record, expected: { revision: expected } });
  }

  remove(
    address: ObjectAddress,
    _requestId: string,
    expected: Expectation,
    note?: EventNote,
  ): Promise<CommitOutcome> {
    assert(expected !== 'absent', 'what is absent cannot be removed');
    const subject = objectSubject(address.bucketId, address.key);
    return this.#log.commit({ subject, record: undefined, expected, ...(note && { note }) });
  }

  async change(address: ObjectAddress, change: HeadChange): Promise<CommitOutcome> {
    const { bucketId, key } = address;
    const { head, expected, archived, dropped, note } = change;
    const subject = objectSubject(bucketId, key);
    const current = { subject, record: head && encodeObject(head), expected, ...(note && { note }) };
    const commits: ConditionalCommit[] = [current];
    if (archived !== undefined) {
      refuseUnlistable(bucketId, key);
      const version = versionSubject(bucketId, versionName(archived), key);
      // Before the head moves: the view never counts the blobs of the archived record to nothing in between.
      commits.unshift({ subject: version, record: encodeObject(archived), expected: 'absent' });
    }
    if (dropped !== undefined) {
      const { version, revision } = dropped;
      commits.push({
        subject: versionSubject(bucketId, version, key),
        record: undefined,
        expected: { revision },
      });
    }
    if (commits.length === 1) return this.#log.commit(current);
    const own = head === undefined ? NULL_VERSION : versionName(head);
    // A new version was archived since, or it never was.
    const isNew = own !== NULL_VERSION && dropped?.version !== own;
    const outcome = await this.#log.commitAll(
      commits,
      isNew ? versionSubject(bucketId, own, key) : undefined,
    );
    if (outcome.kind === 'conflict') return outcome;
    return { kind: 'committed', revision: outcome.revision + commits.indexOf(current) };
  }

  async list(query: ListQuery): Promise<ListPage> {
    await this.#catchUp();
    return this.#view.list(query);
  }
}

function refuseUnlistable(bucketId: string, key: string): void {
  if (versionStem(bucketId, Buffer.from(key)).length <= ROW_KEY_BYTES_MAX - VERSION_TAIL_BYTES) return;
  throw new PredastoreError('internal', 'a key with that many zero bytes cannot have versions');
}
