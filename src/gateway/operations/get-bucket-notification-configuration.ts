import { renderNotification } from '../notification-document.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketNotificationConfiguration: Operation = {
  name: 'GetBucketNotificationConfiguration',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketNotificationConfiguration', bucketParameters(request));
    return { status: 200, xml: renderNotification(result) };
  },
};
