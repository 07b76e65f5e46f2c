// PutObjectLockConfiguration: turns object lock of a bucket on, for good, and says what new versions get.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import { changeBucket, withSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { checkedObjectLock } from '../object-lock-rules.ts';

export function putObjectLockConfiguration(parts: ServiceParts): TypedHandler<'PutObjectLockConfiguration'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketObjectLockConfiguration');
    const objectLock = checkedObjectLock(request.ObjectLockConfiguration);
    const outcome = await changeBucket(parts, bucket, (current) =>
      current.versioning === 'Enabled' ? withSetting(current, 'objectLock', objectLock) : undefined,
    );
    if (outcome === 'refused')
      throw new S3Error(
        'InvalidBucketState',
        "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
      );
    return { result: {} };
  };
}
