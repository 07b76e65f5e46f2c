// Listing versions: a page of the ordered view, after a barrier (metadata/ does the work and keeps the promise).

import type { ObjectContext } from './object-context.ts';
import type { ListVersionsOutcome, ListVersionsRequest } from './object-store.ts';

export async function listVersions(
  context: ObjectContext,
  { bucket, ...query }: ListVersionsRequest,
): Promise<ListVersionsOutcome> {
  const page = await context.metadata.versions.list({ bucketId: bucket.id, ...query });
  // As in list-objects.ts: the view knows of a deletion of the bucket that came before the barrier.
  const viewed = context.metadata.viewedBucket(bucket.name);
  if (viewed?.record.id !== bucket.id) return { kind: 'no-such-bucket' };
  return { kind: 'page', page };
}
