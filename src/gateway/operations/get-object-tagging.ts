import { given, headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { versionHeaders, versionParameter } from './version-id.ts';

export const getObjectTagging: Operation = {
  name: 'GetObjectTagging',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetObjectTagging', {
      Bucket: request.bucket,
      Key: request.key,
      ...versionParameter(request),
      ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
    });
    const tags = result.TagSet.map(({ Key, Value }) =>
      element('Tag', leaf('Key', Key), leaf('Value', Value)),
    );
    return {
      status: 200,
      headers: versionHeaders(result),
      xml: document('Tagging', element('TagSet', ...tags)),
    };
  },
};
