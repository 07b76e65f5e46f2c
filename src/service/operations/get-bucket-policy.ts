// GetBucketPolicy: the policy of a bucket as it was put.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterOwnBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketPolicy(parts: ServiceParts): TypedHandler<'GetBucketPolicy'> {
  return async (request, call) => {
    const bucket = await enterOwnBucket(parts, call, request, 's3:GetBucketPolicy');
    const policy = bucket.settings?.policy;
    if (policy === undefined) throw noSuchBucketPolicy(bucket.name);
    return { result: { Policy: policy } };
  };
}

export function noSuchBucketPolicy(name: string): S3Error {
  return new S3Error('NoSuchBucketPolicy', undefined, { fields: { BucketName: name } });
}
