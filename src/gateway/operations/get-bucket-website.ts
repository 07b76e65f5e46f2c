import { renderWebsite } from '../website-document.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketWebsite: Operation = {
  name: 'GetBucketWebsite',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketWebsite', bucketParameters(request));
    return { status: 200, xml: renderWebsite(result) };
  },
};
