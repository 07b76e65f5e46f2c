import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketCors: Operation = {
  name: 'DeleteBucketCors',
  anonymous: false,
  async handle(request) {
    await request.call('DeleteBucketCors', bucketParameters(request));
    return { status: 204 };
  },
};
