// What becomes of the current version of a key when another one is written (AWS: "Adding objects to versioning-enabled buckets" and
// "... versioning-suspended buckets").
//
//   Enabled    the current version is archived, whatever it is; the new one has an id.
//   Suspended  a current version with an id is archived; the version named `null`, wherever it is, is replaced by the new one.
//
// A new version that brings no retention gets the default of its bucket here, whoever makes it.

import { composeVersionId, isLaterVersion, NULL_VERSION } from '../core/ids.ts';
import { defaultRetention, lockVerdict } from './object-lock.ts';
import { versionName } from '../metadata/version-table.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { HeadChange, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { ObjectLocator } from './object-store.ts';

const CHANCE_BYTES = 16;
const NULL = { nullVersion: true } as const;

export interface Successor {
  readonly object: ObjectLocator;
  readonly versioning: NonNullable<BucketRecord['versioning']>;
  /** What is to become current; a version that it has already is kept where it is later than the current one. */
  readonly record: ObjectRecord;
  readonly current: Versioned<ObjectRecord> | undefined;
}

export interface NextHead extends HeadChange {
  readonly head: ObjectRecord;
  /** The version named `null` that goes for the new one. */
  readonly replaced?: Versioned<ObjectRecord>;
}

export async function nextHead(
  context: ObjectContext,
  { object, versioning, record, current }: Successor,
): Promise<NextHead> {
  const { nullVersion: _null, ...versionless } = record;
  const place = placeAfter(context, record, current?.record);
  const replaced = versioning === 'Suspended' ? await nullVersion(context, object, current) : undefined;
  // A lock proves that the bucket is suspended no more, and that this node is about to see it.
  const isLocked = replaced !== undefined && lockVerdict(replaced.record, context.clock.nowMs()) !== 'free';
  const isNull = versioning === 'Suspended' && !isLocked;
  const head = { ...retained(context, object.bucket, { ...versionless, ...place }), ...(isNull && NULL) };
  if (current === undefined) return { head, expected: 'absent' };
  const expected = { revision: current.revision };
  const archived = current.record;
  if (!isNull || replaced === undefined) return { head, expected, archived };
  if (replaced === current) return { head, expected, replaced };
  const dropped = { version: NULL_VERSION, revision: replaced.revision };
  return { head, expected, archived, dropped, replaced };
}

/** The version named `null`, wherever it is. */
async function nullVersion(
  { metadata }: ObjectContext,
  object: ObjectLocator,
  current: Versioned<ObjectRecord> | undefined,
): Promise<Versioned<ObjectRecord> | undefined> {
  if (current === undefined || versionName(current.record) === NULL_VERSION) return current;
  return metadata.versions.get({ bucketId: object.bucket.id, key: object.key, version: NULL_VERSION });
}

/** A record with the retention that its bucket gives to those that bring none. */
export function retained(context: ObjectContext, bucket: BucketRecord, record: ObjectRecord): ObjectRecord {
  if (record.retention !== undefined || !isLive(record)) return record;
  const settings = viewed(context, bucket)?.settings?.objectLock ?? bucket.settings?.objectLock;
  const retention = defaultRetention(settings, Date.parse(record.modified));
  return retention === undefined ? record : { ...record, retention };
}

/**
 * Version and date of what comes after `current`: its own, unless a later version is current by now. Clients sort versions by date, so a
 * write that another one overtook is not older than that.
 */
function placeAfter(
  context: ObjectContext,
  { versionId: chosen, modified }: ObjectRecord,
  current: ObjectRecord | undefined,
): Pick<ObjectRecord, 'versionId' | 'modified'> {
  if (chosen !== undefined && isLaterVersion(chosen, current?.versionId))
    return { versionId: chosen, modified };
  const isOlder = current !== undefined && current.modified > modified;
  return {
    versionId: newVersionId(context, current?.versionId),
    modified: isOlder ? current.modified : modified,
  };
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
  return viewed(context, bucket)?.versioning ?? bucket.versioning;
}

function viewed({ metadata }: ObjectContext, bucket: BucketRecord): BucketRecord | undefined {
  const record = metadata.viewedBucket(bucket.name)?.record;
  return record?.id === bucket.id ? record : undefined;
}

/** Whether a record is an object, and not the mark of its deletion. */
export function isLive(record: Pick<ObjectRecord, 'deleteMarker'>): boolean {
  return record.deleteMarker !== true;
}
