import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';

export interface BucketParameters {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

/** The parameters of an operation that needs no more than the bucket. */
export function bucketParameters(request: GatewayRequest): BucketParameters {
  return {
    Bucket: request.bucket,
    ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
  };
}
