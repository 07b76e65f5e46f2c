import { given } from '../header-text.ts';
import { renderLifecycle } from '../lifecycle-document.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';
import { MINIMUM_SIZE_HEADER } from './put-bucket-lifecycle-configuration.ts';

export const getBucketLifecycleConfiguration: Operation = {
  name: 'GetBucketLifecycleConfiguration',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketLifecycleConfiguration', bucketParameters(request));
    const headers = given({ [MINIMUM_SIZE_HEADER]: result.TransitionDefaultMinimumObjectSize });
    return { status: 200, headers, xml: renderLifecycle(result.Rules) };
  },
};
