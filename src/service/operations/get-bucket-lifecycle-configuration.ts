// GetBucketLifecycleConfiguration: the lifecycle rules of a bucket.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketLifecycleConfiguration(
  parts: ServiceParts,
): TypedHandler<'GetBucketLifecycleConfiguration'> {
  return async (request, call) => {
    const { name, settings } = await enterCurrentBucket(parts, call, request, 's3:GetLifecycleConfiguration');
    const lifecycle = settings?.lifecycle;
    if (lifecycle === undefined)
      throw new S3Error('NoSuchLifecycleConfiguration', undefined, { fields: { BucketName: name } });
    return { result: lifecycle };
  };
}
