// Removals in AWS words: their conditions, and what S3 answers to their endings.

import { S3Error } from '../contracts/s3-errors.ts';
import type { Conditions, RemoveOutcome, RemoveRequest } from '../objects/object-store.ts';
import { noSuchBucket } from './access.ts';
import { definedFields } from './handler.ts';
import { objectLocked } from './object-lock.ts';
import { noSuchKey } from './object-key.ts';
import { invalidArgument } from './part-number.ts';

type Removed = RemoveOutcome & { readonly kind: 'removed' | 'absent' };
type Refused = Exclude<RemoveOutcome, Removed>;

type Place = Pick<RemoveRequest, 'bucket' | 'key'>;

interface ConditionalRemoval {
  readonly IfMatch?: string;
  readonly IfMatchLastModifiedTime?: string;
  readonly IfMatchSize?: number;
}

/** AWS has the time and the size for directory buckets only; here every bucket takes them. */
export function removalConditionsOf(request: ConditionalRemoval): Conditions {
  const { IfMatch, IfMatchLastModifiedTime: time, IfMatchSize } = request;
  if (time !== undefined && Number.isNaN(Date.parse(time)))
    throw invalidArgument('The time is not valid', 'x-amz-if-match-last-modified-time', time);
  return definedFields<Conditions>({
    ifMatch: IfMatch,
    ifMatchLastModified: time,
    ifMatchSizeBytes: IfMatchSize,
  });
}

/** Gone, by us or before us. */
export function isGone(outcome: RemoveOutcome): outcome is Removed {
  return outcome.kind === 'removed' || outcome.kind === 'absent';
}

/** What a reply says of a removal, of one object. */
export function removedFieldsOf({ versionId, deleteMarker }: Removed): {
  DeleteMarker?: boolean;
  VersionId?: string;
} {
  return {
    ...(deleteMarker === undefined ? {} : { DeleteMarker: true }),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
}

export function removalErrorOf({ kind }: Refused, { bucket, key }: Place): S3Error {
  switch (kind) {
    case 'precondition-failed':
      return new S3Error('PreconditionFailed');
    case 'no-such-key':
      return noSuchKey(key);
    case 'no-such-bucket':
      return noSuchBucket(bucket.name);
    case 'locked':
      return objectLocked();
    case 'conflict':
      return new S3Error('ConditionalRequestConflict');
  }
}
