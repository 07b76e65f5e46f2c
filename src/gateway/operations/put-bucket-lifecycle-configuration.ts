import { given, headerValue } from '../header-text.ts';
import { parseLifecycle } from '../lifecycle-document.ts';
import type { Operation } from '../operation.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const MINIMUM_SIZE_HEADER = 'x-amz-transition-default-minimum-object-size';

export const putBucketLifecycleConfiguration: Operation = {
  name: 'PutBucketLifecycleConfiguration',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'LifecycleConfiguration');
    const { result } = await request.call('PutBucketLifecycleConfiguration', {
      ...bucketParameters(request),
      LifecycleConfiguration: { Rules: parseLifecycle(root) },
      ...given({
        TransitionDefaultMinimumObjectSize: headerValue(request.headers, MINIMUM_SIZE_HEADER),
      }),
    });
    const headers = given({ [MINIMUM_SIZE_HEADER]: result.TransitionDefaultMinimumObjectSize });
    return { status: 200, headers };
  },
};
