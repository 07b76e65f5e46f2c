// DeleteObject: what is not there is as good as deleted.

import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { bypassesGovernance } from '../lock-access.ts';
import { requireKey } from '../object-key.ts';
import { isGone, removalConditionsOf, removalErrorOf, removedFieldsOf } from '../object-removal.ts';
import { versionOf } from '../version-id.ts';

export function deleteObject(parts: ServiceParts): TypedHandler<'DeleteObject'> {
  return async (request, call) => {
    requireKey(request.Key);
    const version = versionOf(request.VersionId);
    const bucket = await enterBucket(parts, call, request, 's3:DeleteObject');
    const { requestId } = call.context;
    const conditions = removalConditionsOf(request);
    const bypassGovernance = await bypassesGovernance(parts, call, bucket, request);
    const removal = { bucket, key: request.Key, ...version, conditions, bypassGovernance, requestId };
    const outcome = await parts.objects.remove(removal);
    if (!isGone(outcome)) throw removalErrorOf(outcome, removal);
    const removed = removedFieldsOf(outcome);
    return {
      result: request.VersionId === undefined ? removed : { ...removed, VersionId: request.VersionId },
    };
  };
}
