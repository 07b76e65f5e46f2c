// PutBucketTagging: sets the tags of a bucket.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import { checkedBucketTags } from '../bucket-tags.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketTagging(parts: ServiceParts): TypedHandler<'PutBucketTagging'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketTagging');
    await storeSetting(parts, bucket, 'tags', checkedBucketTags(request.Tagging.TagSet));
    return { result: {} };
  };
}
