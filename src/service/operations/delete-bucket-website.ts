// DeleteBucketWebsite: takes the website configuration of a bucket away.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketWebsite(parts: ServiceParts): TypedHandler<'DeleteBucketWebsite'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:DeleteBucketWebsite');
    await storeSetting(parts, bucket, 'website', undefined);
    return { result: {} };
  };
}
