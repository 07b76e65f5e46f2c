// HeadBucket: whether a bucket exists and may be used.

import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function headBucket(parts: ServiceParts): TypedHandler<'HeadBucket'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:ListBucket');
    return { result: { BucketRegion: bucket.region } };
  };
}
