// PutBucketAcl: gives a bucket an access control list, in place of the one before.

import { requiredAcl } from '../access-lists.ts';
import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketAcl(parts: ServiceParts): TypedHandler<'PutBucketAcl'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketAcl');
    const { account } = bucket;
    const acl = requiredAcl(parts, bucket, request, { of: 'bucket', owner: account, bucketOwner: account });
    await storeSetting(parts, bucket, 'acl', acl);
    return { result: {} };
  };
}
