// DeleteBucketCors: takes the CORS rules of a bucket away.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketCors(parts: ServiceParts): TypedHandler<'DeleteBucketCors'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketCORS');
    await storeSetting(parts, bucket, 'cors', undefined);
    return { result: {} };
  };
}
