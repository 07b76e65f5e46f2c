// The commit of an object record: conditions before it, compare-and-set, the bucket's survival after it.
//
// Whoever makes an object (a body, a completed upload, a copy) commits it here, so that conditions mean the same for all.

import { bucketStillThere } from './bucket-check.ts';
import { judgeWrite, unconditional, type WriteVerdict } from './conditions.ts';
import { PredastoreError } from '../core/errors.ts';
import { areStillStored, type Moment } from './still-stored.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { Expectation, ObjectAddress } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { Conditions, ObjectLocator } from './object-store.ts';

/** How often a commit is decided anew when others keep changing the object. */
export const COMMIT_TRIES_MAX = 5;

export interface CommitTarget extends ObjectLocator {
  readonly conditions: Conditions;
  readonly requestId: string;
  /** When the shards of the record were durable; absent: other records name its blobs already. */
  readonly written?: Moment;
}

export type CommitDecision =
  | { readonly kind: 'go'; readonly expected: Expectation }
  | { readonly kind: 'refused'; readonly verdict: Exclude<WriteVerdict, 'proceed'> };

/** Holds the conditions against the record of this moment; compare-and-set makes the answer stay true until the commit. */
export async function decideCommit(context: ObjectContext, target: CommitTarget): Promise<CommitDecision> {
  if (unconditional(target.conditions)) return { kind: 'go', expected: 'any' };
  const current = await context.metadata.objects.get(addressOf(target));
  const verdict = judgeWrite(target.conditions, current?.record);
  if (verdict !== 'proceed') return { kind: 'refused', verdict };
  return { kind: 'go', expected: current === undefined ? 'absent' : { revision: current.revision } };
}

/** `raced`: somebody else changed the object since the decision, and nothing was written. */
export async function commitOnce(
  context: ObjectContext,
  target: CommitTarget,
  record: ObjectRecord,
  expected: Expectation,
): Promise<'committed' | 'raced' | 'no-such-bucket'> {
  const outcome = await context.metadata.objects.put(addressOf(target), record, expected);
  if (outcome.kind === 'conflict') return 'raced';
  const { revision } = outcome;
  const isThere = await bucketStillThere(context.metadata, target.bucket, revision);
  const { written } = target;
  const isStored = written === undefined || (await areStillStored(context, record.blobs, written));
  if (isThere && isStored) return 'committed';
  await context.metadata.objects.remove(addressOf(target), target.requestId, { revision });
  if (!isStored) throw new PredastoreError('shards-unavailable', 'the commit came too late for its shards');
  return 'no-such-bucket';
}

export function addressOf({ bucket, key }: ObjectLocator): ObjectAddress {
  return { bucketId: bucket.id, key };
}
