import { parseTagging } from '../tag-set-document.ts';
import type { Operation } from '../operation.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketTagging: Operation = {
  name: 'PutBucketTagging',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'Tagging');
    await request.call('PutBucketTagging', {
      ...bucketParameters(request),
      Tagging: { TagSet: parseTagging(root) },
    });
    return { status: 204 };
  },
};
