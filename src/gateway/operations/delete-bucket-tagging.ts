import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketTagging: Operation = {
  name: 'DeleteBucketTagging',
  anonymous: false,
  async handle(request) {
    await request.call('DeleteBucketTagging', bucketParameters(request));
    return { status: 204 };
  },
};
