// PutPublicAccessBlock: switches public access to a bucket off; switches that are not named are open.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putPublicAccessBlock(parts: ServiceParts): TypedHandler<'PutPublicAccessBlock'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketPublicAccessBlock');
    const {
      BlockPublicAcls = false,
      IgnorePublicAcls = false,
      BlockPublicPolicy = false,
      RestrictPublicBuckets = false,
    } = request.PublicAccessBlockConfiguration;
    const block = { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets };
    await storeSetting(parts, bucket, 'publicAccessBlock', block);
    return { result: {} };
  };
}
