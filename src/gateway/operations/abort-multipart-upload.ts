import type { Operation } from '../operation.ts';
import { uploadLocator } from './upload-locator.ts';

export const abortMultipartUpload: Operation = {
  name: 'AbortMultipartUpload',
  anonymous: false,
  async handle(request) {
    await request.call('AbortMultipartUpload', uploadLocator(request));
    return { status: 204 };
  },
};
