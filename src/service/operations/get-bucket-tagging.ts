// GetBucketTagging: the tags of a bucket.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketTagging(parts: ServiceParts): TypedHandler<'GetBucketTagging'> {
  return async (request, call) => {
    const { name, settings } = await enterCurrentBucket(parts, call, request, 's3:GetBucketTagging');
    const tags = settings?.tags;
    if (tags === undefined) throw new S3Error('NoSuchTagSet', undefined, { fields: { BucketName: name } });
    return { result: { TagSet: tags } };
  };
}
