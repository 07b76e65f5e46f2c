// GetBucketCors: the CORS rules of a bucket.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketCors(parts: ServiceParts): TypedHandler<'GetBucketCors'> {
  return async (request, call) => {
    const { name, settings } = await enterCurrentBucket(parts, call, request, 's3:GetBucketCORS');
    const cors = settings?.cors;
    if (cors === undefined)
      throw new S3Error('NoSuchCORSConfiguration', undefined, { fields: { BucketName: name } });
    return { result: cors };
  };
}
