// GetObjectLockConfiguration: whether versions in a bucket can be locked, and what new ones get.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getObjectLockConfiguration(parts: ServiceParts): TypedHandler<'GetObjectLockConfiguration'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:GetBucketObjectLockConfiguration');
    const configuration = bucket.settings?.objectLock;
    if (configuration === undefined) {
      const fields = { BucketName: bucket.name };
      throw new S3Error('ObjectLockConfigurationNotFoundError', undefined, { fields });
    }
    return { result: { ObjectLockConfiguration: configuration } };
  };
}
