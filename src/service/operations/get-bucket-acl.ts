// GetBucketAcl: the access control list of a bucket.

import { describeAcl, effectiveAcl } from '../access-lists.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketAcl(parts: ServiceParts): TypedHandler<'GetBucketAcl'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:GetBucketAcl');
    return { result: describeAcl(parts, effectiveAcl(parts, bucket, bucket.settings?.acl)) };
  };
}
