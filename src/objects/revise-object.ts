// What a version has beside its bytes, changed in place: its record is replaced by compare-and-set, wherever it lies by then; bytes, ETag
// and time stay.

import { addressOf, findRecord } from './find-record.ts';
import { propertiesOf } from './object-properties.ts';
import { persistently } from './persistently.ts';
import { REVISED } from '../metadata/event-note.ts';
import { versionName } from '../metadata/version-table.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ObjectContext } from './object-context.ts';
import type { ReviseOutcome, ReviseRequest } from './object-store.ts';

export async function reviseObject(context: ObjectContext, request: ReviseRequest): Promise<ReviseOutcome> {
  const { objects, versions } = context.metadata;
  const address = addressOf(request);
  return persistently<ReviseOutcome>(context, {}, async () => {
    const found = await findRecord(context, request);
    if ('kind' in found) return found;
    const record = changed(found.record, request);
    if (record === undefined) return { kind: 'refused' };
    const expected = { revision: found.revision };
    const version = { ...address, version: versionName(found.record) };
    const outcome = found.isCurrent
      ? await objects.put(address, record, expected, REVISED)
      : await versions.put(version, record, expected);
    return outcome.kind === 'conflict' ? { kind: 'raced' } : { kind: 'revised', record };
  });
}

function changed(record: ObjectRecord, { change, requestId }: ReviseRequest): ObjectRecord | undefined {
  const {
    tags: _tags,
    acl: _acl,
    customerKey: _key,
    storageClass: _class,
    websiteRedirect: _to,
    retention: _retention,
    legalHold: _hold,
    ...rest
  } = record;
  const properties = change(propertiesOf(record));
  return properties && { ...rest, ...properties, request: requestId };
}
