import { given, headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { versionHeaders, versionParameter } from './version-id.ts';

export const deleteObjectTagging: Operation = {
  name: 'DeleteObjectTagging',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('DeleteObjectTagging', {
      Bucket: request.bucket,
      Key: request.key,
      ...versionParameter(request),
      ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
    });
    return { status: 204, headers: versionHeaders(result) };
  },
};
