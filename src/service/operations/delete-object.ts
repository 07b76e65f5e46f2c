// DeleteObject: what is not there is as good as deleted.

import { enterBucket } from '../access.ts';
import { conditionsOf } from '../conditions.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { removalErrorOf } from '../object-removal.ts';

export function deleteObject(parts: ServiceParts): TypedHandler<'DeleteObject'> {
  return async (request, call) => {
    requireKey(request.Key);
    const bucket = await enterBucket(parts, call, request, 's3:DeleteObject');
    const { requestId } = call.context;
    const removal = { bucket, key: request.Key, conditions: conditionsOf(request), requestId };
    const error = removalErrorOf(await parts.objects.remove(removal), bucket.name);
    if (error !== undefined) throw error;
    return { result: {} };
  };
}
