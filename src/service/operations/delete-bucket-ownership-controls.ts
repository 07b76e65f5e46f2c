// DeleteBucketOwnershipControls: as at AWS, a bucket without controls is one of the old kind, where writers own their objects.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketOwnershipControls(
  parts: ServiceParts,
): TypedHandler<'DeleteBucketOwnershipControls'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketOwnershipControls');
    await storeSetting(parts, bucket, 'ownership', 'Deleted');
    return { result: {} };
  };
}
