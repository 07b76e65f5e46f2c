import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketWebsite: Operation = {
  name: 'DeleteBucketWebsite',
  anonymous: false,
  async handle(request) {
    await request.call('DeleteBucketWebsite', bucketParameters(request));
    return { status: 204 };
  },
};
