// PutBucketWebsite: keeps the website configuration of a bucket. Nothing serves the site.

import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import { checkedWebsite } from '../website-rules.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketWebsite(parts: ServiceParts): TypedHandler<'PutBucketWebsite'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketWebsite');
    await storeSetting(parts, bucket, 'website', checkedWebsite(request.WebsiteConfiguration));
    return { result: {} };
  };
}
