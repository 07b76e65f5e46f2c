import { parseCors } from '../cors-document.ts';
import type { Operation } from '../operation.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketCors: Operation = {
  name: 'PutBucketCors',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'CORSConfiguration');
    await request.call('PutBucketCors', {
      ...bucketParameters(request),
      CORSConfiguration: { CORSRules: parseCors(root) },
    });
    return { status: 200 };
  },
};
