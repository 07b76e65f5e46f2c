// DeleteBucketPolicy: takes the policy of a bucket away; it succeeds when there is none, as at AWS.

import { enterOwnBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketPolicy(parts: ServiceParts): TypedHandler<'DeleteBucketPolicy'> {
  return async (request, call) => {
    const bucket = await enterOwnBucket(parts, call, request, 's3:DeleteBucketPolicy');
    await storeSetting(parts, bucket, 'policy', undefined);
    return { result: {} };
  };
}
