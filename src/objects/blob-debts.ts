// What is left to do for blobs after a write: shards that are still owed, shards that nobody will ever reference.

import { errorCodeOf } from '../core/errors.ts';
import { settled } from '../platform/supervise.ts';
import { addressOf } from './find-record.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { BlobContext } from './blob-context.ts';
import type { ObjectContext } from './object-context.ts';
import type { ObjectLocator } from './object-store.ts';

/**
 * Has missing shards repaired at once instead of at the next sweep. Nobody waits for the journal: the record itself says what is
 * missing, and the journal may have no leader just now, because the node that went away led it.
 */
export function journalMissing(
  context: ObjectContext,
  object: ObjectLocator,
  blobs: readonly BlobRecord[],
): void {
  for (const blob of blobs) {
    if (blob.missing === undefined) continue;
    context.metadata.oweRepair({ v: 1, ...addressOf(object), blob }).catch((error: unknown) => {
      const fields = { bucket: object.bucket.name, write: blob.write, code: errorCodeOf(error) };
      context.logger.warn('a degraded write could not be journalled; the sweep will find it', fields);
    });
  }
}

export function missingShardsOf(blobs: readonly BlobRecord[]): number {
  return blobs.reduce((sum, blob) => sum + (blob.missing?.length ?? 0), 0);
}

/** Takes shards back that no record will ever reference. */
export function dropBlobs(context: BlobContext, blobs: readonly BlobRecord[]): void {
  for (const blob of blobs) {
    blob.nodes.forEach((node, index) => {
      if (blob.missing?.includes(index) === true) return;
      settled(
        context.shards.remove(node, [{ writeId: blob.write, index }]),
        'orphan collection finds what this cannot reach',
      );
    });
  }
}
