// The record behind a key, or behind one version of it; or why there is none.

import { isLive } from './next-head.ts';
import { PredastoreError } from '../core/errors.ts';
import { versionName } from '../metadata/version-table.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ObjectAddress, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { DeletedHere, NotFound, ObjectLocator, VersionLocator } from './object-store.ts';

const LOOKS_MAX = 16;

export interface FoundRecord extends Versioned<ObjectRecord> {
  /** False for an archived version. */
  readonly isCurrent: boolean;
}

/** An object. A key is absent only in a bucket that is there. */
export async function findRecord(
  context: ObjectContext,
  object: VersionLocator,
): Promise<FoundRecord | NotFound> {
  const found = await findVersion(context, object);
  if ('kind' in found || isLive(found.record)) return found;
  return { kind: 'delete-marker', marker: found.record, isNamed: object.versionId !== undefined };
}

/** The same for whatever is there, delete markers too. */
export async function findVersion(
  context: ObjectContext,
  object: VersionLocator,
): Promise<FoundRecord | Exclude<NotFound, DeletedHere>> {
  const found = await lookUpVersion(context, addressOf(object), object.versionId);
  if (found !== undefined) return found;
  const absent = { kind: object.versionId === undefined ? 'no-such-key' : 'no-such-version' } as const;
  const current = await context.metadata.buckets.get(object.bucket.name);
  if (current === undefined) return { kind: 'no-such-bucket' };
  if (current.record.id === object.bucket.id) return absent;
  // The bucket was deleted and made anew since the caller looked it up.
  const renewed = { bucketId: current.record.id, key: object.key };
  return (await lookUpVersion(context, renewed, object.versionId)) ?? absent;
}

/** Whatever is named so, current or archived; absent is proven. */
export async function lookUpVersion(
  context: ObjectContext,
  address: ObjectAddress,
  version: string | undefined,
): Promise<FoundRecord | undefined> {
  const { objects, versions } = context.metadata;
  let current = await objects.get(address);
  if (version === undefined) return current && { ...current, isCurrent: true };
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    if (current !== undefined && versionName(current.record) === version) {
      return { ...current, isCurrent: true };
    }
    const archived = await versions.get({ ...address, version });
    if (archived !== undefined) return { ...archived, isCurrent: false };
    // It may have moved from one place to the other in between; whatever moves it changes what is current.
    const again = await objects.get(address);
    if (again?.revision === current?.revision) return undefined;
    current = again;
  }
  throw new PredastoreError('metadata-unavailable', 'the versions of the object keep moving');
}

export function addressOf({ bucket, key }: ObjectLocator): ObjectAddress {
  return { bucketId: bucket.id, key };
}
