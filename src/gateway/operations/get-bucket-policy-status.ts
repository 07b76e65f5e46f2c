import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketPolicyStatus: Operation = {
  name: 'GetBucketPolicyStatus',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetBucketPolicyStatus', bucketParameters(request));
    return { status: 200, xml: document('PolicyStatus', leaf('IsPublic', result.PolicyStatus.IsPublic)) };
  },
};
