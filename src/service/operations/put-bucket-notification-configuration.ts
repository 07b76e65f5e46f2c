// PutBucketNotificationConfiguration: which events of a bucket go where. An empty configuration turns them off.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { checkedNotification } from '../notification-rules.ts';

export function putBucketNotificationConfiguration(
  parts: ServiceParts,
): TypedHandler<'PutBucketNotificationConfiguration'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketNotification');
    const notification = checkedNotification(request.NotificationConfiguration);
    const empty = Object.keys(notification).length === 0;
    await storeSetting(parts, bucket, 'notification', empty ? undefined : notification);
    return { result: {} };
  };
}
