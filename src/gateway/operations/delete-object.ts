import { given, headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { requireNullVersion } from './null-version.ts';

export const deleteObject: Operation = {
  name: 'DeleteObject',
  anonymous: false,
  async handle(request) {
    const { headers } = request;
    refuseUnsupported(headers, 'delete');
    requireNullVersion(request);
    await request.call('DeleteObject', {
      Bucket: request.bucket,
      Key: request.key,
      ...given({
        IfMatch: headerValue(headers, 'if-match'),
        ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner'),
      }),
    });
    return { status: 204 };
  },
};
