// GetBucketVersioning: nothing for a bucket that was never versioned.

import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketVersioning(parts: ServiceParts): TypedHandler<'GetBucketVersioning'> {
  return async (request, call) => {
    const { versioning } = await enterCurrentBucket(parts, call, request, 's3:GetBucketVersioning');
    return { result: versioning === undefined ? {} : { Status: versioning } };
  };
}
