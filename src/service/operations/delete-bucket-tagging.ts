// DeleteBucketTagging: takes the tags of a bucket away.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketTagging(parts: ServiceParts): TypedHandler<'DeleteBucketTagging'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketTagging');
    await storeSetting(parts, bucket, 'tags', undefined);
    return { result: {} };
  };
}
