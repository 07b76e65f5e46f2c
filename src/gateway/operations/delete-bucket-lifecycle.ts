import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketLifecycle: Operation = {
  name: 'DeleteBucketLifecycle',
  anonymous: false,
  async handle(request) {
    await request.call('DeleteBucketLifecycle', bucketParameters(request));
    return { status: 204 };
  },
};
