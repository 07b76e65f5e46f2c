import { renderTagging } from '../tag-set-document.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketTagging: Operation = {
  name: 'GetBucketTagging',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketTagging', bucketParameters(request));
    return { status: 200, xml: renderTagging(result.TagSet) };
  },
};
