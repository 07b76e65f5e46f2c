import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketPolicy: Operation = {
  name: 'DeleteBucketPolicy',
  anonymous: true,
  async handle(request) {
    await request.call('DeleteBucketPolicy', bucketParameters(request));
    return { status: 204 };
  },
};
