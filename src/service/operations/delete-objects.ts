// DeleteObjects: many keys, each with its own outcome; a failure of one is no failure of the others.

import type { DeleteObjectsReply, DeleteObjectsRequest } from '../../contracts/generated/messages.ts';
import { s3ErrorOf } from '../../contracts/s3-error-of.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { DELETIONS_AT_ONCE_MAX, DELETIONS_PER_REQUEST_MAX } from '../../core/limits.ts';
import type { RemoveOutcome, RemoveRequest } from '../../objects/object-store.ts';
import { Limiter } from '../../platform/limiter.ts';
import { findBucket, refusedKeys } from '../access.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { bypassesGovernance } from '../lock-access.ts';
import { requireKey } from '../object-key.ts';
import { isGone, removalConditionsOf, removalErrorOf } from '../object-removal.ts';
import { versionOf } from '../version-id.ts';

type Target = DeleteObjectsRequest['Delete']['Objects'][number];
type Deleted = NonNullable<DeleteObjectsReply['Deleted']>;
type Removed = Deleted[number];
type Failed = NonNullable<DeleteObjectsReply['Errors']>;

export function deleteObjects(parts: ServiceParts): TypedHandler<'DeleteObjects'> {
  return async (request, call) => {
    const bucket = await findBucket(parts, request);
    const { requestId } = call.context;
    const { Objects: targets, Quiet: quiet = false } = request.Delete;
    const keys = targets.map(({ Key, VersionId, ...rest }) => ({
      Key,
      VersionId,
      ...conditionsOfTarget(rest),
    }));
    const refused = await refusedKeys(parts, call, bucket, { action: 's3:DeleteObject', keys });
    const { BypassGovernanceRetention = false } = request;
    const remove = async (target: Target, id: string): Promise<Removed | S3Error> => {
      const asked = { ...target, BypassGovernanceRetention };
      const bypassGovernance = await bypassesGovernance(parts, call, bucket, asked);
      return removeOne(parts, target, { bucket, bypassGovernance, requestId: id });
    };
    const limiter = new Limiter(DELETIONS_AT_ONCE_MAX, DELETIONS_PER_REQUEST_MAX);
    const outcomes = await Promise.all(
      targets.map((target, index) =>
        // A request id of its own for each key: it is what makes a retried commit recognisable.
        refused[index] === true
          ? Promise.resolve(new S3Error('AccessDenied'))
          : limiter.run(() => remove(target, `${requestId}-${index}`)),
      ),
    );
    return { result: report(targets, outcomes, quiet) };
  };
}

async function removeOne(
  parts: ServiceParts,
  target: Target,
  common: Pick<RemoveRequest, 'bucket' | 'bypassGovernance' | 'requestId'>,
): Promise<Removed | S3Error> {
  try {
    const { Key: key } = target;
    requireKey(key);
    const version = versionOf(target.VersionId);
    const conditions = removalConditionsOf(conditionsOfTarget(target));
    const outcome = await parts.objects.remove({ ...common, key, ...version, conditions });
    return isGone(outcome) ? deletedOf(target, outcome) : removalErrorOf(outcome, { ...common, key });
  } catch (error) {
    return s3ErrorOf(error);
  }
}

function conditionsOfTarget({
  ETag,
  LastModifiedTime,
  Size,
}: Omit<Target, 'Key'>): Parameters<typeof removalConditionsOf>[0] {
  return definedFields({ IfMatch: ETag, IfMatchLastModifiedTime: LastModifiedTime, IfMatchSize: Size });
}

/** A marker that was made has a version of its own beside the one that was asked for. */
function deletedOf(
  { Key, VersionId: asked }: Target,
  outcome: RemoveOutcome & { readonly kind: 'removed' | 'absent' },
): Removed {
  const { versionId, deleteMarker } = outcome;
  return {
    Key,
    ...(asked === undefined ? {} : { VersionId: asked }),
    ...(deleteMarker === undefined ? {} : { DeleteMarker: true }),
    ...(deleteMarker === undefined || versionId === undefined ? {} : { DeleteMarkerVersionId: versionId }),
  };
}

function report(
  targets: readonly Target[],
  outcomes: readonly (Removed | S3Error)[],
  quiet: boolean,
): DeleteObjectsReply {
  const deleted: Deleted = [];
  const failed: Failed = [];
  targets.forEach(({ Key, VersionId }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) return;
    if (!(outcome instanceof S3Error)) deleted.push(outcome);
    else {
      const version = VersionId === undefined || VersionId === '' ? {} : { VersionId };
      failed.push({ Key, ...version, Code: outcome.code, Message: outcome.message });
    }
  });
  return {
    ...(quiet || deleted.length === 0 ? {} : { Deleted: deleted }),
    ...(failed.length === 0 ? {} : { Errors: failed }),
  };
}
