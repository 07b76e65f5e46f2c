// Listing: a page of the ordered view, after a barrier (metadata/ does the work and keeps the promise).

import type { ObjectContext } from './object-context.ts';
import type { ListOutcome, ListRequest } from './object-store.ts';

export async function listObjects(context: ObjectContext, request: ListRequest): Promise<ListOutcome> {
  const { bucket, prefix, delimiter, after, limit } = request;
  const page = await context.metadata.objects.list({ bucketId: bucket.id, prefix, delimiter, after, limit });
  // The listing's barrier has passed, so the view knows of a deletion of the bucket that came before it.
  const viewed = context.metadata.viewedBucket(bucket.name);
  if (viewed?.record.id !== bucket.id) return { kind: 'no-such-bucket' };
  return { kind: 'page', page };
}
