// GetBucketNotificationConfiguration: which events of a bucket go where; nothing when none do, which is no error.

import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketNotificationConfiguration(
  parts: ServiceParts,
): TypedHandler<'GetBucketNotificationConfiguration'> {
  return async (request, call) => {
    const { settings } = await enterCurrentBucket(parts, call, request, 's3:GetBucketNotification');
    const { EventBridgeConfiguration: everything, ...targets } = settings?.notification ?? {};
    return { result: everything === undefined ? targets : { ...targets, EventBridgeConfiguration: {} } };
  };
}
