import { given, headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { uploadLocator } from './upload-locator.ts';

const INITIATED_TIME = 'x-amz-if-match-initiated-time';

export const abortMultipartUpload: Operation = {
  name: 'AbortMultipartUpload',
  anonymous: false,
  async handle(request) {
    await request.call('AbortMultipartUpload', {
      ...uploadLocator(request),
      ...given({ IfMatchInitiatedTime: headerValue(request.headers, INITIATED_TIME) }),
    });
    return { status: 204 };
  },
};
