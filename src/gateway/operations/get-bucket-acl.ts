import { renderAcl } from '../acl-parameters.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketAcl: Operation = {
  name: 'GetBucketAcl',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetBucketAcl', bucketParameters(request));
    return { status: 200, xml: renderAcl(result) };
  },
};
