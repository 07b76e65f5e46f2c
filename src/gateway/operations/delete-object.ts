import { given, headerValue } from '../header-text.ts';
import { bypassParameter } from '../object-lock-headers.ts';
import type { Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { pageArgument } from './page-argument.ts';
import { versionHeaders, versionParameter } from './version-id.ts';

export const deleteObject: Operation = {
  name: 'DeleteObject',
  anonymous: false,
  async handle(request) {
    const { headers } = request;
    refuseUnsupported(headers, 'delete');
    const { result } = await request.call('DeleteObject', {
      Bucket: request.bucket,
      Key: request.key,
      ...versionParameter(request),
      ...bypassParameter(headers),
      ...given({
        IfMatch: headerValue(headers, 'if-match'),
        IfMatchLastModifiedTime: headerValue(headers, 'x-amz-if-match-last-modified-time'),
        IfMatchSize: pageArgument('x-amz-if-match-size', headerValue(headers, 'x-amz-if-match-size')),
        ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner'),
      }),
    });
    return { status: 204, headers: versionHeaders(result) };
  },
};
