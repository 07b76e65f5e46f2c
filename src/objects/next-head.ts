// What becomes of the current version of a key when another one is written (AWS: "Adding objects to versioning-enabled buckets" and
// "... versioning-suspended buckets").
//
//   Enabled    the current version is archived, whatever it is; the new one has an id.
//   Suspended  a current version with an id is archived; the version named `null`, wherever it is, is replaced by the new one.

import { composeVersionId, isLaterVersion, NULL_VERSION } from '../core/ids.ts';
import { versionName } from '../metadata/version-table.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { HeadChange, ObjectAddress, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';

const CHANCE_BYTES = 16;

export interface Successor {
  readonly address: ObjectAddress;
  readonly versioning: NonNullable<BucketRecord['versioning']>;
  /** What is to become current; a version that it has already is kept where it is later than the current one. */
  readonly record: ObjectRecord;
  readonly current: Versioned<ObjectRecord> | undefined;
}

export async function nextHead(
  context: ObjectContext,
  { address, versioning, record, current }: Successor,
): Promise<HeadChange & { readonly head: ObjectRecord }> {
  const { metadata } = context;
  const { versionId: chosen, nullVersion: _null, ...versionless } = record;
  const before = current?.record.versionId;
  const isUsable = chosen !== undefined && isLaterVersion(chosen, before);
  const versionId = isUsable ? chosen : newVersionId(context, before);
  const isNull = versioning === 'Suspended';
  const head: ObjectRecord = { ...versionless, versionId, ...(isNull && { nullVersion: true }) };
  if (current === undefined) return { head, expected: 'absent' };
  const expected = { revision: current.revision };
  const archived = current.record;
  if (!isNull) return { head, expected, archived };
  if (versionName(archived) === NULL_VERSION) return { head, expected };
  const older = await metadata.versions.get({ ...address, version: NULL_VERSION });
  if (older === undefined) return { head, expected, archived };
  return { head, expected, archived, dropped: { version: NULL_VERSION, revision: older.revision } };
}

/**
 * The version that a write begins with, so that it can be sealed beside the shards: kept at the commit, unless a later one is current by
 * then. Nothing in a bucket that was never versioned.
 */
export function firstVersion(
  context: ObjectContext,
  bucket: BucketRecord,
): Pick<ObjectRecord, 'versionId' | 'nullVersion'> {
  const versioning = versioningOf(context, bucket);
  if (versioning === undefined) return {};
  const versionId = newVersionId(context, undefined);
  return versioning === 'Suspended' ? { versionId, nullVersion: true } : { versionId };
}

function newVersionId({ clock, random }: ObjectContext, after: string | undefined): string {
  return composeVersionId(clock.nowMs(), random.bytes(CHANCE_BYTES), after);
}

/** Of a bucket as this node knows it by now: the request may have looked it up before a long body. */
export function versioningOf(context: ObjectContext, bucket: BucketRecord): BucketRecord['versioning'] {
  const viewed = context.metadata.viewedBucket(bucket.name)?.record;
  return (viewed?.id === bucket.id ? viewed.versioning : undefined) ?? bucket.versioning;
}

/** Whether a record is an object, and not the mark of its deletion. */
export function isLive(record: Pick<ObjectRecord, 'deleteMarker'>): boolean {
  return record.deleteMarker !== true;
}
