// GetBucketWebsite: the website configuration of a bucket.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketWebsite(parts: ServiceParts): TypedHandler<'GetBucketWebsite'> {
  return async (request, call) => {
    const { name, settings } = await enterCurrentBucket(parts, call, request, 's3:GetBucketWebsite');
    const website = settings?.website;
    if (website === undefined)
      throw new S3Error('NoSuchWebsiteConfiguration', undefined, { fields: { BucketName: name } });
    return { result: website };
  };
}
