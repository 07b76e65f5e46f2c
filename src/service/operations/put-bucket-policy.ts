// PutBucketPolicy: gives a bucket a policy, in place of the one before.

import { S3Error } from '../../contracts/s3-errors.ts';
import { parseBucketPolicy, PolicyProblem, type Policy } from '../../auth/policy/document.ts';
import { isPublicPolicy } from '../../auth/policy/public-policy.ts';
import { accessOf, enterOwnBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketPolicy(parts: ServiceParts): TypedHandler<'PutBucketPolicy'> {
  return async (request, call) => {
    const bucket = await enterOwnBucket(parts, call, request, 's3:PutBucketPolicy');
    const policy = readPolicy(parts, request.Policy, bucket.name);
    if (accessOf(parts, bucket).block.BlockPublicPolicy && isPublicPolicy(policy))
      throw new S3Error('AccessDenied');
    await storeSetting(parts, bucket, 'policy', request.Policy);
    return { result: {} };
  };
}

function readPolicy({ accounts }: ServiceParts, text: string, bucket: string): Policy {
  try {
    return parseBucketPolicy(text, { bucket, aliases: (name) => accounts.principalOf(name) });
  } catch (error) {
    if (error instanceof PolicyProblem) throw new S3Error('MalformedPolicy', error.message, {}, error);
    throw error;
  }
}
