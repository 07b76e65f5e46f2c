// GetBucketPolicyStatus: whether the policy of a bucket is public.

import { accessOf, enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { noSuchBucketPolicy } from './get-bucket-policy.ts';

export function getBucketPolicyStatus(parts: ServiceParts): TypedHandler<'GetBucketPolicyStatus'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:GetBucketPolicyStatus');
    if (bucket.settings?.policy === undefined) throw noSuchBucketPolicy(bucket.name);
    return { result: { PolicyStatus: { IsPublic: accessOf(parts, bucket).policyIsPublic } } };
  };
}
