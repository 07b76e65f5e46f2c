import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketEncryption: Operation = {
  name: 'DeleteBucketEncryption',
  anonymous: false,
  async handle(request) {
    await request.call('DeleteBucketEncryption', bucketParameters(request));
    return { status: 204 };
  },
};
