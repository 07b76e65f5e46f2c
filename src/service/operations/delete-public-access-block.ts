// DeletePublicAccessBlock: takes the public-access block of a bucket away.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deletePublicAccessBlock(parts: ServiceParts): TypedHandler<'DeletePublicAccessBlock'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketPublicAccessBlock');
    await storeSetting(parts, bucket, 'publicAccessBlock', undefined);
    return { result: {} };
  };
}
