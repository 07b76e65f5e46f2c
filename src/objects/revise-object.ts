// What an object has beside its bytes, changed in place: the record is replaced by compare-and-set, its bytes, ETag and time stay.

import type { ObjectRecord } from '../contracts/records.ts';
import { COMMIT_TRIES_MAX, commitOnce } from './commit-object.ts';
import { findRecord } from './find-record.ts';
import type { ObjectContext } from './object-context.ts';
import { propertiesOf } from './object-properties.ts';
import type { ReviseOutcome, ReviseRequest } from './object-store.ts';

export async function reviseObject(context: ObjectContext, request: ReviseRequest): Promise<ReviseOutcome> {
  const target = { ...request, conditions: {} };
  for (let attempt = 0; attempt < COMMIT_TRIES_MAX; attempt += 1) {
    const current = await findRecord(context, target);
    if ('kind' in current) return current;
    const record = changed(current.record, request);
    const ending = await commitOnce(context, target, record, { revision: current.revision });
    if (ending === 'committed') return { kind: 'revised', record };
    if (ending === 'no-such-bucket') return { kind: ending };
  }
  return { kind: 'conflict' };
}

function changed(record: ObjectRecord, { change, requestId }: ReviseRequest): ObjectRecord {
  const { tags: _tags, acl: _acl, customerKey: _key, storageClass: _class, ...rest } = record;
  return { ...rest, ...change(propertiesOf(record)), request: requestId };
}
