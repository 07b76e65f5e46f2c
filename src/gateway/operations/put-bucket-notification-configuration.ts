import { parseNotification } from '../notification-document.ts';
import type { Operation } from '../operation.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketNotificationConfiguration: Operation = {
  name: 'PutBucketNotificationConfiguration',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'NotificationConfiguration');
    await request.call('PutBucketNotificationConfiguration', {
      ...bucketParameters(request),
      NotificationConfiguration: parseNotification(root),
    });
    return { status: 200 };
  },
};
