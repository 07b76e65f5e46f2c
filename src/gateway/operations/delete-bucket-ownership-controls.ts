import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucketOwnershipControls: Operation = {
  name: 'DeleteBucketOwnershipControls',
  anonymous: true,
  async handle(request) {
    await request.call('DeleteBucketOwnershipControls', bucketParameters(request));
    return { status: 204 };
  },
};
