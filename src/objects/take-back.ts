// Takes a record back that was committed too late: its shards had been given up by then (still-stored.ts).
//
// What it replaced comes back in its place, as long as nobody else has written since; the reclaim grace, which began when it was replaced,
// has hardly passed. Crashing in between leaves a record whose bytes are gone.

import { lookUpVersion } from './find-record.ts';
import { persistently } from './persistently.ts';
import { withdrawVersion } from './withdraw-version.ts';
import { versionName } from '../metadata/version-table.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ObjectAddress, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';

interface Ending {
  readonly kind: 'committed' | 'gone' | 'raced';
}

/** In a bucket without versions. */
export async function takeBackOnly(
  context: ObjectContext,
  address: ObjectAddress,
  { record, revision }: Versioned<ObjectRecord>,
): Promise<void> {
  const { objects } = context.metadata;
  let expected = revision;
  await persistently<Ending>(context, {}, async () => {
    const outcome = await objects.undo(address, revision, expected);
    if (outcome.kind === 'committed') return outcome;
    const current = await objects.get(address);
    // Another write stays; maintenance may have revised this one.
    if (current === undefined || !isSameWrite(current.record, record)) return { kind: 'gone' };
    expected = current.revision;
    return { kind: 'raced' };
  });
}

/** How a version came to be current: enough to go back. */
export interface Succession {
  readonly head: Versioned<ObjectRecord>;
  /** What was current before. */
  readonly current: Versioned<ObjectRecord> | undefined;
  /** The version named `null` that went for the new one, wherever it was. */
  readonly replaced?: Versioned<ObjectRecord> | undefined;
}

/** In a bucket that is or was versioned: what was current is so again, and the version named `null` is the one it was. */
export async function takeBackVersion(
  context: ObjectContext,
  address: ObjectAddress,
  succession: Succession,
): Promise<void> {
  if (await goBack(context, address, succession)) return;
  const { record } = succession.head;
  await persistently<Ending>(context, {}, async () => {
    const found = await lookUpVersion(context, address, versionName(record));
    // Another one is named `null` by now: that of a later writer.
    if (found === undefined || found.record.versionId !== record.versionId) return { kind: 'gone' };
    const outcome = await withdrawVersion(context, address, found);
    return outcome.kind === 'conflict' ? { kind: 'raced' } : outcome;
  });
}

/** The step that replaced a version named `null`, backwards. False: none was replaced, or others were there since. */
async function goBack(
  { metadata: { objects, versions } }: ObjectContext,
  address: ObjectAddress,
  { head, current, replaced }: Succession,
): Promise<boolean> {
  if (current === undefined || replaced === undefined) return false;
  const back = { head: current.record, expected: { revision: head.revision } };
  if (replaced === current) return (await objects.change(address, back)).kind === 'committed';
  const version = versionName(current.record);
  const archived = await versions.peek({ ...address, version });
  if (archived === undefined) return false;
  const dropped = { version, revision: archived.revision };
  const outcome = await objects.change(address, { ...back, archived: replaced.record, dropped });
  return outcome.kind === 'committed';
}

/** Also where its tags were changed since: they belong to bytes that are gone. */
function isSameWrite(one: ObjectRecord, other: ObjectRecord): boolean {
  const writes = (record: ObjectRecord): string => record.blobs.map(({ write }) => write).join();
  return writes(one) === writes(other);
}
