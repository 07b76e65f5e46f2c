import { renderCors } from '../cors-document.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketCors: Operation = {
  name: 'GetBucketCors',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketCors', bucketParameters(request));
    return { status: 200, xml: renderCors(result.CORSRules) };
  },
};
