// DeleteBucket: only empty ones, and never one that the configuration declares.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket, noSuchBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteBucket(parts: ServiceParts): TypedHandler<'DeleteBucket'> {
  return async (request, call) => {
    const { name } = await enterCurrentBucket(parts, call, request, 's3:DeleteBucket');
    const outcome = await parts.buckets.remove(name);
    switch (outcome.kind) {
      case 'removed':
        return { result: {} };
      case 'not-empty':
        throw new S3Error('BucketNotEmpty', undefined, { fields: { BucketName: name } });
      case 'absent':
        throw noSuchBucket(name);
      case 'declared':
        throw new S3Error('AccessDenied', 'The bucket is part of the configuration of this store.');
      case 'conflict':
        throw new S3Error('OperationAborted');
    }
  };
}
