// PutBucketCors: sets the CORS rules of a bucket.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import { checkedCors } from '../cors-rules.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketCors(parts: ServiceParts): TypedHandler<'PutBucketCors'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketCORS');
    await storeSetting(parts, bucket, 'cors', checkedCors(request.CORSConfiguration));
    return { result: {} };
  };
}
