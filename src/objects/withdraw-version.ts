// A version taken away for good, wherever it lies. If it is current, the newest one that is left takes its place in the same step.

import { versionName } from '../metadata/version-table.ts';
import { mendTorn } from './mend-torn.ts';
import type { EventNote } from '../metadata/event-note.ts';
import type { CommitOutcome, ObjectAddress } from '../metadata/metadata-store.ts';
import type { FoundRecord } from './find-record.ts';
import type { ObjectContext } from './object-context.ts';
import type { Expiry } from './object-store.ts';

/** A `conflict` changed nothing: the version moved or was changed since it was found. */
export async function withdrawVersion(
  context: ObjectContext,
  address: ObjectAddress,
  { record, revision, isCurrent }: FoundRecord,
  expiry?: Expiry,
): Promise<CommitOutcome> {
  const { objects, versions } = context.metadata;
  const expected = { revision };
  const version = versionName(record);
  const note: EventNote = { kind: expiry === undefined ? 'removed' : 'expired', version };
  if (!isCurrent) return versions.remove({ ...address, version }, expected, note);
  const next = await versions.newest(address.bucketId, address.key);
  if (next === undefined) return objects.change(address, { expected, note });
  if (expiry?.isLone === true) return { kind: 'conflict' };
  if (versionName(next.record) === version) {
    await mendTorn(context, address, { record, revision });
    return { kind: 'conflict' };
  }
  const dropped = { version: versionName(next.record), revision: next.revision };
  return objects.change(address, { head: next.record, expected, dropped, note });
}
