import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';

export interface UploadLocator {
  Bucket: string;
  Key: string;
  UploadId: string;
  ExpectedBucketOwner?: string;
}

/** The parameters that every operation on an upload has. */
export function uploadLocator(request: GatewayRequest): UploadLocator {
  return {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: request.query.get('uploadId') ?? '',
    ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
  };
}
