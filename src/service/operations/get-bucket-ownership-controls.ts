// GetBucketOwnershipControls: who owns new objects of a bucket. A bucket that nobody ever set says the default, as at AWS.

import { S3Error } from '../../contracts/s3-errors.ts';
import { OWNERSHIP_DEFAULT } from '../../auth/bucket-access.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketOwnershipControls(parts: ServiceParts): TypedHandler<'GetBucketOwnershipControls'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:GetBucketOwnershipControls');
    const ownership = bucket.settings?.ownership ?? OWNERSHIP_DEFAULT;
    if (ownership !== 'Deleted') {
      return { result: { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } } };
    }
    throw new S3Error('OwnershipControlsNotFoundError', undefined, { fields: { BucketName: bucket.name } });
  };
}
