// The record behind a key, or why there is none.

import { addressOf } from './commit-object.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { ObjectLocator } from './object-store.ts';

export interface NotFound {
  readonly kind: 'no-such-key' | 'no-such-bucket';
}

/** A key is absent only in a bucket that is there. */
export async function findRecord(
  context: ObjectContext,
  object: ObjectLocator,
): Promise<Versioned<ObjectRecord> | NotFound> {
  const found = await context.metadata.objects.get(addressOf(object));
  if (found !== undefined) return found;
  const current = await context.metadata.buckets.get(object.bucket.name);
  if (current === undefined) return { kind: 'no-such-bucket' };
  if (current.record.id === object.bucket.id) return { kind: 'no-such-key' };
  // The bucket was deleted and made anew since the caller looked it up.
  const renewed = await context.metadata.objects.get({ bucketId: current.record.id, key: object.key });
  return renewed ?? { kind: 'no-such-key' };
}
