import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const headBucket: Operation = {
  name: 'HeadBucket',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('HeadBucket', bucketParameters(request));
    return { status: 200, headers: { 'x-amz-bucket-region': result.BucketRegion } };
  },
};
