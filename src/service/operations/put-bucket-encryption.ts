// PutBucketEncryption: what a bucket says of encryption: AES256, as it is.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import { checkedEncryption } from '../encryption-rules.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketEncryption(parts: ServiceParts): TypedHandler<'PutBucketEncryption'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutEncryptionConfiguration');
    await storeSetting(
      parts,
      bucket,
      'encryption',
      checkedEncryption(request.ServerSideEncryptionConfiguration),
    );
    return { result: {} };
  };
}
