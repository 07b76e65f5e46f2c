// ListMultipartUploads: a page of the ordered view, after a barrier.

import type { ListUploadsOutcome, ListUploadsRequest } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

export async function listUploads(
  context: ObjectContext,
  request: ListUploadsRequest,
): Promise<ListUploadsOutcome> {
  const { bucket, ...query } = request;
  const page = await context.metadata.uploads.list({ bucketId: bucket.id, ...query });
  // The listing's barrier has passed, so the view knows of a deletion of the bucket that came before it.
  const viewed = context.metadata.viewedBucket(bucket.name);
  return viewed?.record.id === bucket.id ? { kind: 'page', page } : { kind: 'no-such-bucket' };
}
