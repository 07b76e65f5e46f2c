// DeleteBucket: only empty ones, and never one that the configuration declares.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket, noSuchBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

const VERSIONS_LEFT =
  'The bucket you tried to delete is not empty. You must delete all versions in the bucket.';

export function deleteBucket(parts: ServiceParts): TypedHandler<'DeleteBucket'> {
  return async (request, call) => {
    const { name, versioning } = await enterCurrentBucket(parts, call, request, 's3:DeleteBucket');
    const outcome = await parts.buckets.remove(name);
    switch (outcome.kind) {
      case 'removed':
        return { result: {} };
      case 'not-empty':
        throw new S3Error('BucketNotEmpty', versioning === undefined ? undefined : VERSIONS_LEFT, {
          fields: { BucketName: name },
        });
      case 'absent':
        throw noSuchBucket(name);
      case 'declared':
        throw new S3Error('AccessDenied', 'The bucket is part of the configuration of this store.');
      case 'conflict':
        throw new S3Error('OperationAborted');
    }
  };
}
