// GetBucketLocation: the region of a bucket. AWS answers nothing for us-east-1, and clients count on it.

import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

const UNNAMED_REGION = 'us-east-1';

export function getBucketLocation(parts: ServiceParts): TypedHandler<'GetBucketLocation'> {
  return async (request, call) => {
    const { region } = await enterBucket(parts, call, request, 's3:GetBucketLocation');
    return { result: region === UNNAMED_REGION ? {} : { LocationConstraint: region } };
  };
}
