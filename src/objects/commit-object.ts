// The commit of an object record: conditions before it, compare-and-set, the bucket's survival after it.
//
// Whoever makes an object (a body, a completed upload, a copy, a delete marker) commits it here, so that conditions and versions mean
// the same for all. In a bucket that is or was versioned the current record moves to the archive in the same step.

import { bucketStillThere } from './bucket-check.ts';
import { judgeWrite, unconditional, type WriteVerdict } from './conditions.ts';
import { addressOf } from './find-record.ts';
import { isLive, nextHead, versioningOf } from './next-head.ts';
import { mendTorn } from './mend-torn.ts';
import { PredastoreError } from '../core/errors.ts';
import { areStillStored, type Moment } from './still-stored.ts';
import { takeBackOnly, takeBackVersion } from './take-back.ts';
import type { EventNote } from '../metadata/event-note.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { Expectation, Uncondemned, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { Conditions, ObjectLocator } from './object-store.ts';

export interface CommitTarget extends ObjectLocator {
  readonly conditions: Conditions;
  readonly requestId: string;
  /** When the shards of the record were durable, which no other record names; absent: there are none. */
  readonly written?: Moment;
  /** When the records were read that name its blobs already. */
  readonly referenced?: Moment;
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
  const outcome = await objects.put(address, record, expectationOf(target, record, basis), target.note);
  if (outcome.kind === 'conflict') return { kind: 'raced' };
  const { revision } = outcome;
  const late = await judgeLateness(context, target, record, revision);
  if (late === undefined) return { kind: 'committed', record };
  if (late === 'shards-gone') await takeBackOnly(context, address, { record, revision });
  else await objects.remove(address, target.requestId, { revision });
  return endLate(late);
}

/** Whoever writes over anything does so only while its shards are not given up: the stream itself sees to it. */
function expectationOf(
  { written }: CommitTarget,
  { blobs: [blob] }: ObjectRecord,
  { expected }: CommitBasis,
): Expectation | Uncondemned {
  const isFirst = written !== undefined && blob !== undefined;
  return expected === 'any' && isFirst ? { uncondemned: blob.write } : expected;
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
  { bucket, written, referenced }: CommitTarget,
  record: ObjectRecord,
  revision: number,
): Promise<Lateness | undefined> {
  const isThere = await bucketStillThere(context.metadata, bucket, revision);
  const known = written ?? referenced;
  const stored = known === undefined ? 'stored' : await areStillStored(context, record.blobs, known);
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
  const { replaced, ...change } = await nextHead(context, { object: target, versioning, record, current });
  const outcome = await objects.change(address, target.note ? { ...change, note: target.note } : change);
  if (outcome.kind === 'conflict') {
    if (current !== undefined) await mendTorn(context, address, current);
    return { kind: 'raced' };
  }
  const { revision } = outcome;
  const late = await judgeLateness(context, target, record, revision);
  if (late === undefined) return { kind: 'committed', record: change.head };
  const succession = { head: { record: change.head, revision }, current };
  // With the bucket all went that was replaced.
  await takeBackVersion(context, address, late === 'shards-gone' ? { ...succession, replaced } : succession);
  return endLate(late);
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
