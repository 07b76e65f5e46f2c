// DeleteBucketEncryption: a bucket says nothing of encryption any more. Its objects stay encrypted.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucketEncryption(parts: ServiceParts): TypedHandler<'DeleteBucketEncryption'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutEncryptionConfiguration');
    await storeSetting(parts, bucket, 'encryption', undefined);
    return { result: {} };
  };
}
