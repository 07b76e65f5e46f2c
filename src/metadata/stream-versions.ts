// Archived versions over the log and the view (version-table.ts says what is promised).

import type { ObjectRecord } from '../contracts/records.ts';
import type { CommitOutcome, Versioned } from './commits.ts';
import { REVISED, type EventNote } from './event-note.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { CatchUp } from './object-table.ts';
import { decodeObject, encodeObject } from './record-codec.ts';
import { isVersionName, versionSubject } from './subjects.ts';
import type { VersionAddress, VersionPage, VersionQuery, VersionTable } from './version-table.ts';
import type { View } from './view.ts';

export class StreamVersions implements VersionTable {
  readonly #log: MetadataLog;
  readonly #view: View;
  readonly #catchUp: CatchUp;

  constructor(log: MetadataLog, view: View, catchUp: CatchUp) {
    this.#log = log;
    this.#view = view;
    this.#catchUp = catchUp;
  }

  async get(address: VersionAddress): Promise<Versioned<ObjectRecord> | undefined> {
    if (!isVersionName(address.version)) return undefined;
    const witness = (): number => this.#view.versionRevision(address);
    const message = await this.#log.readProven(subjectOf(address), witness, this.#catchUp);
    return message && { record: decodeObject(message.payload), revision: message.sequence };
  }

  async peek(address: VersionAddress): Promise<Versioned<ObjectRecord> | undefined> {
    if (!isVersionName(address.version)) return undefined;
    const message = await this.#log.read(subjectOf(address), () => this.#view.versionRevision(address));
    return message && { record: decodeObject(message.payload), revision: message.sequence };
  }

  async newest(bucketId: string, key: string): Promise<Versioned<ObjectRecord> | undefined> {
    await this.#catchUp();
    return this.#view.newestVersion(bucketId, key);
  }

  put(
    address: VersionAddress,
    record: ObjectRecord,
    expected: { readonly revision: number },
  ): Promise<CommitOutcome> {
    return this.#log.commit({
      subject: subjectOf(address),
      record: encodeObject(record),
      expected,
      note: REVISED,
    });
  }

  remove(
    address: VersionAddress,
    expected: { readonly revision: number },
    note: EventNote = { kind: 'removed', version: address.version },
  ): Promise<CommitOutcome> {
    return this.#log.commit({ subject: subjectOf(address), record: undefined, expected, note });
  }

  async list(query: VersionQuery): Promise<VersionPage> {
    await this.#catchUp();
    return this.#view.listVersions(query);
  }
}

function subjectOf({ bucketId, version, key }: VersionAddress): string {
  return versionSubject(bucketId, version, key);
}
