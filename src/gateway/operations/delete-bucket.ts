import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deleteBucket: Operation = {
  name: 'DeleteBucket',
  anonymous: false,
  async handle(request) {
    await request.call('DeleteBucket', bucketParameters(request));
    return { status: 204 };
  },
};
