// The record of lifecycle-table.ts over the log: its form and its subject.

import type { LifecyclePass, LifecycleRecord } from '../contracts/records.ts';
import type { CommitOutcome } from './commits.ts';
import { expect, isCount, isFields, isText, type Fields } from './field-checks.ts';
import type { KeptLifecycle, LifecycleTable } from './lifecycle-table.ts';
import type { MetadataLog } from './metadata-log.ts';
import { decode, encodeRecord } from './record-codec.ts';
import { LIFECYCLE_SUBJECT } from './subjects.ts';

export class StreamLifecycle implements LifecycleTable {
  readonly #log: MetadataLog;

  constructor(log: MetadataLog) {
    this.#log = log;
  }

  async get(): Promise<KeptLifecycle | undefined> {
    const last = await this.#log.read(LIFECYCLE_SUBJECT, () => 0);
    if (last === undefined) return undefined;
    const { sequence: revision, storedMs } = last;
    return { record: decodeLifecycle(last.payload), revision, storedMs };
  }

  put(record: LifecycleRecord, revision: number | undefined): Promise<CommitOutcome> {
    return this.#log.commit({
      subject: LIFECYCLE_SUBJECT,
      record: encodeRecord(record),
      expected: revision === undefined ? 'absent' : { revision },
    });
  }
}

export function decodeLifecycle(bytes: Uint8Array): LifecycleRecord {
  return decode('lifecycle', bytes, (fields) => {
    const { holder, ended, pass } = fields;
    expect(isText(holder), 'holder');
    expect(ended === undefined || (isDay(ended) && isText(ended['at'])), 'ended');
    expect(pass === undefined || isPass(pass), 'pass');
    return fields as unknown as LifecycleRecord;
  });
}

function isDay(value: unknown): value is Fields {
  return isFields(value) && isCount(value['day']) && isCount(value['newest']);
}

function isPass(value: unknown): value is LifecyclePass {
  if (!isDay(value) || !isCount(value['since']) || !isText(value['started'])) return false;
  const { reached } = value;
  if (reached === undefined) return true;
  if (!isFields(reached) || !['versions', 'uploads'].includes(String(reached['table']))) return false;
  return ['bucket', 'bucketId', 'after'].every((name) => isText(reached[name]));
}
