// GetPublicAccessBlock: how public access to a bucket is blocked.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getPublicAccessBlock(parts: ServiceParts): TypedHandler<'GetPublicAccessBlock'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:GetBucketPublicAccessBlock');
    const block = bucket.settings?.publicAccessBlock;
    if (block !== undefined) return { result: { PublicAccessBlockConfiguration: { ...block } } };
    throw new S3Error('NoSuchPublicAccessBlockConfiguration', undefined, {
      fields: { BucketName: bucket.name },
    });
  };
}
