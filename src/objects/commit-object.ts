// The commit of an object record: conditions before it, compare-and-set, the bucket's survival after it.
//
// Whoever makes an object (a body, a completed upload, a copy, a delete marker) commits it here, so that conditions and versions mean
// the same for all. In a bucket that is or was versioned the current record moves to the archive in the same step.

import { bucketStillThere } from './bucket-check.ts';
import { judgeWrite, unconditional, type WriteVerdict } from './conditions.ts';
import { addressOf, lookUpVersion } from './find-record.ts';
import { isLive, nextHead, versioningOf } from './next-head.ts';
import { mendTorn } from './mend-torn.ts';
import { PredastoreError } from '../core/errors.ts';
import { areStillStored, type Moment } from './still-stored.ts';
import { withdrawVersion } from './withdraw-version.ts';
import { backoffMs } from '../platform/random.ts';
import type { EventNote } from '../metadata/event-note.ts';
import { versionName } from '../metadata/version-table.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { Expectation, ObjectAddress, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { Conditions, ObjectLocator } from './object-store.ts';

/** How often a conditional commit is decided anew when others keep changing the object. */
export const COMMIT_TRIES_MAX = 5;
/** How often one is that nothing but a race stands in the way of: as many writers of one key may come at once. */
const UNCONDITIONAL_TRIES_MAX = 64;
const RETRY_BASE_MS = 2;
const RETRY_MAX_MS = 100;

export interface CommitTarget extends ObjectLocator {
  readonly conditions: Conditions;
  readonly requestId: string;
  /** When the shards of the record were durable; absent: other records name its blobs already. */
  readonly written?: Moment;
  /** Where the record alone does not say what happened. */
  readonly note?: EventNote;
}

export interface CommitBasis {
  readonly kind: 'go';
  readonly expected: Expectation;
  /** What was found where something is expected. */
  readonly current?: Versioned<ObjectRecord>;
}

export type CommitDecision =
  CommitBasis | { readonly kind: 'refused'; readonly verdict: Exclude<WriteVerdict, 'proceed'> };

export type CommitEnding =
  /** As it was committed: in a versioned bucket with its version. */
  | { readonly kind: 'committed'; readonly record: ObjectRecord }
  /** Somebody else changed the object since the decision, and nothing was written. */
  | { readonly kind: 'raced' }
  | { readonly kind: 'no-such-bucket' };

/** Holds the conditions against the record of this moment; compare-and-set makes the answer stay true until the commit. */
export async function decideCommit(context: ObjectContext, target: CommitTarget): Promise<CommitDecision> {
  if (unconditional(target.conditions)) return { kind: 'go', expected: 'any' };
  return judgeCommit(target.conditions, await context.metadata.objects.get(addressOf(target)));
}

/** The same on a record that has been read already. */
export function judgeCommit(
  conditions: Conditions,
  current: Versioned<ObjectRecord> | undefined,
): CommitDecision {
  const verdict = judgeWrite(conditions, current && isLive(current.record) ? current.record : undefined);
  if (verdict !== 'proceed') return { kind: 'refused', verdict };
  return current === undefined
    ? { kind: 'go', expected: 'absent' }
    : { kind: 'go', expected: { revision: current.revision }, current };
}

export async function commitOnce(
  context: ObjectContext,
  target: CommitTarget,
  record: ObjectRecord,
  basis: CommitBasis,
): Promise<CommitEnding> {
  const { objects } = context.metadata;
  const address = addressOf(target);
  await refuseLate(context, target, record);
  const versioning = versioningOf(context, target.bucket);
  if (versioning !== undefined) return commitVersion(context, target, { record, basis, versioning });
  const outcome = await objects.put(address, record, basis.expected, target.note);
  if (outcome.kind === 'conflict') return { kind: 'raced' };
  const { revision } = outcome;
  const late = await judgeLateness(context, target, record, revision);
  if (late === undefined) return { kind: 'committed', record };
  await objects.remove(address, target.requestId, { revision });
  return endLate(late);
}

/** Before the commit: shards that cannot be shown to be there are no reason to replace what is. */
async function refuseLate(
  context: ObjectContext,
  { written }: CommitTarget,
  { blobs }: ObjectRecord,
): Promise<void> {
  if (written === undefined || (await areStillStored(context, blobs, written)) === 'stored') return;
  throw new PredastoreError(
    'shards-unavailable',
    'the commit came too late: its shards may have been collected',
  );
}

type Lateness = 'no-such-bucket' | 'shards-gone';

/** After the commit: whether what it relies on, and nothing held while it ran, is still there. */
async function judgeLateness(
  context: ObjectContext,
  { bucket, written }: CommitTarget,
  record: ObjectRecord,
  revision: number,
): Promise<Lateness | undefined> {
  const isThere = await bucketStillThere(context.metadata, bucket, revision);
  const stored = written === undefined ? 'stored' : await areStillStored(context, record.blobs, written);
  if (stored === 'gone') return 'shards-gone';
  if (!isThere) return 'no-such-bucket';
  // The record stays: taking it back would lose what it replaced, and its shards are most likely there.
  if (stored === 'unproven')
    throw new PredastoreError(
      'shards-unavailable',
      'nodes that hold the shards of a late commit do not answer',
    );
  return undefined;
}

function endLate(lateness: Lateness): CommitEnding {
  if (lateness === 'no-such-bucket') return { kind: lateness };
  throw new PredastoreError('shards-unavailable', 'the commit came too late for its shards');
}

interface NewVersion {
  readonly record: ObjectRecord;
  readonly basis: CommitBasis;
  readonly versioning: NonNullable<BucketRecord['versioning']>;
}

async function commitVersion(
  context: ObjectContext,
  target: CommitTarget,
  { record, basis, versioning }: NewVersion,
): Promise<CommitEnding> {
  const { objects } = context.metadata;
  const address = addressOf(target);
  // Absence need not be proven: the commit is conditional on it.
  const current = basis.expected === 'any' ? await objects.peek(address) : basis.current;
  const change = await nextHead(context, { object: target, versioning, record, current });
  const outcome = await objects.change(address, target.note ? { ...change, note: target.note } : change);
  if (outcome.kind === 'conflict') {
    if (current !== undefined) await mendTorn(context, address, current);
    return { kind: 'raced' };
  }
  const { revision } = outcome;
  const late = await judgeLateness(context, target, record, revision);
  if (late === undefined) return { kind: 'committed', record: change.head };
  await takeBack(context, address, change.head);
  return endLate(late);
}

async function takeBack(context: ObjectContext, address: ObjectAddress, record: ObjectRecord): Promise<void> {
  await persistently(context, {}, async () => {
    const found = await lookUpVersion(context, address, versionName(record));
    // Another one is named `null` by now: that of a later writer.
    if (found === undefined || found.record.versionId !== record.versionId) return { kind: 'gone' };
    const outcome = await withdrawVersion(context, address, found);
    return outcome.kind === 'conflict' ? { kind: 'raced' } : outcome;
  });
}

/** Runs the commit of a write when it is its turn; at once where nothing is archived. */
export function inTurn<T>(
  context: ObjectContext,
  { bucket, key }: ObjectLocator,
  commit: () => Promise<T>,
): Promise<T> {
  if (versioningOf(context, bucket) === undefined) return commit();
  return context.turns.run(`${bucket.id}\0${key}`, commit);
}

/**
 * Tries until something else than a lost race comes out: a few times for a conditional commit (`raced`: neither met nor refuted),
 * many times, ever more slowly, for one that only races.
 */
export async function persistently<T extends { readonly kind: string }>(
  context: ObjectContext,
  conditions: Conditions,
  attempt: () => Promise<T | { readonly kind: 'raced' }>,
): Promise<T | { readonly kind: 'conflict' }> {
  const isConditional = !unconditional(conditions);
  const triesMax = isConditional ? COMMIT_TRIES_MAX : UNCONDITIONAL_TRIES_MAX;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const ending = await attempt();
    if (ending.kind !== 'raced') return ending as T;
    await context.clock.sleep(backoffMs(context.random, tries, RETRY_BASE_MS, RETRY_MAX_MS));
  }
  if (isConditional) return { kind: 'conflict' };
  throw new PredastoreError('metadata-unavailable', 'others keep changing the object');
}
