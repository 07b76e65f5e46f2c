import { given, headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { parseTagging } from '../tag-set-document.ts';
import { requestDocument } from '../xml-fields.ts';
import { versionHeaders, versionParameter } from './version-id.ts';

export const putObjectTagging: Operation = {
  name: 'PutObjectTagging',
  anonymous: true,
  async handle(request) {
    const TagSet = parseTagging(await requestDocument(request, 'Tagging'));
    const { result } = await request.call('PutObjectTagging', {
      Bucket: request.bucket,
      Key: request.key,
      ...versionParameter(request),
      Tagging: { TagSet },
      ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
    });
    return { status: 200, headers: versionHeaders(result) };
  },
};
