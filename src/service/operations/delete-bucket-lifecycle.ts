// DeleteBucketLifecycle: takes the lifecycle rules of a bucket away.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketLifecycle(parts: ServiceParts): TypedHandler<'DeleteBucketLifecycle'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutLifecycleConfiguration');
    await storeSetting(parts, bucket, 'lifecycle', undefined);
    return { result: {} };
  };
}
