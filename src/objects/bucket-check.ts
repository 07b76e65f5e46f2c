// After a commit: was the bucket still there? The other half of "Deleting a bucket" in docs/ARCHITECTURE.md.
//
// Buckets and objects share one stream, so the order of sequences is the order of events. A commit that came after the
// closing mark of a deletion takes the mark back: then the deletion's last step, a compare-and-set on its mark, fails. So either
// the write stands or the deletion does, never both, and a mark left behind by a crash does no harm.

import type { BucketRecord } from '../contracts/records.ts';
import type { MetadataStore, Versioned } from '../metadata/metadata-store.ts';

/** How long to wait for our own view before asking the leader instead; usually the view is there within a millisecond. */
const VIEW_PATIENCE_MS = 20;
const REOPEN_TRIES_MAX = 5;

/** True when the bucket outlives the commit with sequence `revision`; false when it was deleted without seeing it. */
export async function bucketStillThere(
  metadata: MetadataStore,
  bucket: BucketRecord,
  revision: number,
): Promise<boolean> {
  const viewed = await metadata.reached(revision, VIEW_PATIENCE_MS);
  let current = viewed ? metadata.viewedBucket(bucket.name) : await metadata.buckets.get(bucket.name);
  for (let attempt = 0; attempt < REOPEN_TRIES_MAX; attempt += 1) {
    if (current?.record.id !== bucket.id) return false;
    if (current.record.state === 'active' || current.revision > revision) return true;
    const reopened = await reopen(metadata, current);
    if (reopened) return true;
    current = await metadata.buckets.get(bucket.name);
  }
  return false;
}

async function reopen(metadata: MetadataStore, closing: Versioned<BucketRecord>): Promise<boolean> {
  const record: BucketRecord = { ...closing.record, state: 'active' };
  const outcome = await metadata.buckets.put(record, { revision: closing.revision });
  return outcome.kind === 'committed';
}
