// PutBucketLifecycleConfiguration: sets the lifecycle rules of a bucket. `maintenance/` carries them out.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { checkedLifecycle, checkedMinimumSize } from '../lifecycle-rules.ts';

export function putBucketLifecycleConfiguration(
  parts: ServiceParts,
): TypedHandler<'PutBucketLifecycleConfiguration'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutLifecycleConfiguration');
    const lifecycle = {
      Rules: checkedLifecycle(request.LifecycleConfiguration.Rules),
      TransitionDefaultMinimumObjectSize: checkedMinimumSize(request.TransitionDefaultMinimumObjectSize),
    };
    await storeSetting(parts, bucket, 'lifecycle', lifecycle);
    const { TransitionDefaultMinimumObjectSize } = lifecycle;
    return { result: definedFields({ TransitionDefaultMinimumObjectSize }) };
  };
}
