// DeleteObjects: many keys, each with its own outcome; a failure of one is no failure of the others.

import type { DeleteObjectsReply, DeleteObjectsRequest } from '../../contracts/generated/messages.ts';
import type { BucketRecord } from '../../contracts/records.ts';
import { s3ErrorOf } from '../../contracts/s3-error-of.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { DELETIONS_AT_ONCE_MAX, DELETIONS_PER_REQUEST_MAX } from '../../core/limits.ts';
import { Limiter } from '../../platform/limiter.ts';
import { findBucket, refusedKeys } from '../access.ts';
import { conditionsOf } from '../conditions.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { removalErrorOf } from '../object-removal.ts';

type Target = DeleteObjectsRequest['Delete']['Objects'][number];
type Deleted = NonNullable<DeleteObjectsReply['Deleted']>;
type Failed = NonNullable<DeleteObjectsReply['Errors']>;

export function deleteObjects(parts: ServiceParts): TypedHandler<'DeleteObjects'> {
  return async (request, call) => {
    const bucket = await findBucket(parts, request);
    const { requestId } = call.context;
    const { Objects: targets, Quiet: quiet = false } = request.Delete;
    const refused = await refusedKeys(parts, call, bucket, { action: 's3:DeleteObject', keys: targets });
    const limiter = new Limiter(DELETIONS_AT_ONCE_MAX, DELETIONS_PER_REQUEST_MAX);
    const errors = await Promise.all(
      targets.map((target, index) =>
        // A request id of its own for each key: it is what makes a retried commit recognisable.
        refused[index] === true
          ? Promise.resolve(new S3Error('AccessDenied'))
          : limiter.run(() => removeOne(parts, bucket, target, `${requestId}-${index}`)),
      ),
    );
    return { result: report(targets, errors, quiet) };
  };
}

async function removeOne(
  parts: ServiceParts,
  bucket: BucketRecord,
  target: Target,
  requestId: string,
): Promise<S3Error | undefined> {
  try {
    requireKey(target.Key);
    const conditions = conditionsOf({ IfMatch: target.ETag });
    const outcome = await parts.objects.remove({ bucket, key: target.Key, conditions, requestId });
    return removalErrorOf(outcome, bucket.name);
  } catch (error) {
    return s3ErrorOf(error);
  }
}

function report(
  targets: readonly Target[],
  errors: readonly (S3Error | undefined)[],
  quiet: boolean,
): DeleteObjectsReply {
  const deleted: Deleted = [];
  const failed: Failed = [];
  targets.forEach(({ Key }, index) => {
    const error = errors[index];
    if (error === undefined) deleted.push({ Key });
    else failed.push({ Key, Code: error.code, Message: error.message });
  });
  return {
    ...(quiet || deleted.length === 0 ? {} : { Deleted: deleted }),
    ...(failed.length === 0 ? {} : { Errors: failed }),
  };
}
