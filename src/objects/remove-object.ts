// DeleteObject. Without a version: a tombstone in a bucket that was never versioned, a delete marker in one that is or was. With a
// version: that version goes for good, and the newest one that is left becomes current in the same step.
//
// Shards follow through the reclaim queue of every node's view.

import { commitOnce, decideCommit, inTurn, judgeCommit, type CommitDecision } from './commit-object.ts';
import { judgeWrite, unconditional } from './conditions.ts';
import { addressOf, lookUpVersion } from './find-record.ts';
import { isLive, versioningOf } from './next-head.ts';
import { lockVerdict } from './object-lock.ts';
import { persistently } from './persistently.ts';
import { withdrawVersion } from './withdraw-version.ts';
import { versionName } from '../metadata/version-table.ts';
import type { EventNote } from '../metadata/event-note.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { Conditions, RemoveOutcome, RemoveRequest } from './object-store.ts';

type Attempt = RemoveOutcome | { readonly kind: 'raced' };

export async function removeObject(context: ObjectContext, request: RemoveRequest): Promise<RemoveOutcome> {
  const { versionId, conditions } = request;
  // Archived versions go independently of each other, and so in no line.
  if (versionId !== undefined)
    return persistently(context, conditions, () => removeVersion(context, request, versionId));
  return inTurn(context, request, () =>
    persistently(context, conditions, () =>
      versioningOf(context, request.bucket) === undefined
        ? removeOnly(context, request)
        : markDeleted(context, request),
    ),
  );
}

/** In a bucket without versions. */
async function removeOnly(context: ObjectContext, request: RemoveRequest): Promise<Attempt> {
  const { metadata } = context;
  const address = addressOf(request);
  const current = await metadata.objects.get(address);
  if (current === undefined) return explainAbsence(context, request);
  if (isAnother(request, current)) return { kind: 'conflict' };
  // Only versions can be locked: this node is about to see that the bucket is versioned by now.
  if (isLocked(context, request, current.record)) return { kind: 'raced' };
  const verdict = judgeWrite(request.conditions, current.record);
  if (verdict !== 'proceed') return { kind: verdict };
  const isAny = unconditional(request.conditions) && request.expiry === undefined;
  const expected = isAny ? 'any' : { revision: current.revision };
  const outcome = await metadata.objects.remove(address, request.requestId, expected, noteOf(request));
  return { kind: outcome.kind === 'committed' ? 'removed' : 'raced' };
}

async function markDeleted(context: ObjectContext, request: RemoveRequest): Promise<Attempt> {
  const decision = await decideMarker(context, request);
  if (decision.kind === 'conflict') return decision;
  if (decision.kind === 'refused') return { kind: decision.verdict };
  const marker: ObjectRecord = {
    v: 1,
    size: 0,
    etag: '',
    modified: new Date(context.clock.nowMs()).toISOString(),
    headers: {},
    meta: {},
    blobs: [],
    deleteMarker: true,
    request: request.requestId,
  };
  const note = noteOf(request);
  const target = note === undefined ? request : { ...request, note };
  const ending = await commitOnce(context, target, marker, decision);
  if (ending.kind !== 'committed') return ending;
  return { kind: 'removed', versionId: versionName(ending.record), deleteMarker: true };
}

async function decideMarker(
  context: ObjectContext,
  request: RemoveRequest,
): Promise<CommitDecision | { readonly kind: 'conflict' }> {
  const { conditions, expiry } = request;
  if (expiry === undefined && unconditional(conditions)) return decideCommit(context, request);
  const current = await context.metadata.objects.get(addressOf(request));
  if (current === undefined)
    return expiry === undefined ? judgeCommit(conditions, current) : { kind: 'conflict' };
  return isAnother(request, current) ? { kind: 'conflict' } : judgeFound(conditions, current);
}

/** AWS: no condition holds for a delete marker. */
function judgeFound(conditions: Conditions, found: Versioned<ObjectRecord>): CommitDecision {
  return isLive(found.record) || unconditional(conditions)
    ? judgeCommit(conditions, found)
    : { kind: 'refused', verdict: 'precondition-failed' };
}

async function removeVersion(
  context: ObjectContext,
  request: RemoveRequest,
  version: string,
): Promise<Attempt> {
  const address = addressOf(request);
  const found = await lookUpVersion(context, address, version);
  if (found === undefined) {
    const absence = await explainAbsence(context, request);
    return absence.kind === 'absent' ? { kind: 'absent', versionId: version } : absence;
  }
  if (isAnother(request, found)) return { kind: 'conflict' };
  const decision = judgeFound(request.conditions, found);
  if (decision.kind === 'refused') return { kind: decision.verdict };
  // The removal is conditional on this very record, so that no lock can come in between.
  if (isLocked(context, request, found.record)) return { kind: 'locked' };
  const outcome = await withdrawVersion(context, address, found, request.expiry);
  if (outcome.kind === 'conflict' && request.expiry !== undefined) return outcome;
  return outcome.kind === 'conflict' ? { kind: 'raced' } : removedVersion(found.record);
}

function isLocked({ clock }: ObjectContext, request: RemoveRequest, record: ObjectRecord): boolean {
  const verdict = lockVerdict(record, clock.nowMs());
  return verdict !== 'free' && !(verdict === 'governed' && request.bypassGovernance === true);
}

/** Whether a rule was meant for what was there before. */
function isAnother({ expiry }: RemoveRequest, { revision }: { readonly revision: number }): boolean {
  return expiry !== undefined && expiry.revision !== revision;
}

function noteOf({ expiry }: RemoveRequest): EventNote | undefined {
  return expiry && { kind: 'expired' };
}

function removedVersion(record: ObjectRecord): RemoveOutcome {
  const versionId = versionName(record);
  return isLive(record) ? { kind: 'removed', versionId } : { kind: 'removed', versionId, deleteMarker: true };
}

async function explainAbsence(context: ObjectContext, request: RemoveRequest): Promise<RemoveOutcome> {
  const bucket = await context.metadata.buckets.get(request.bucket.name);
  if (bucket?.record.id !== request.bucket.id) return { kind: 'no-such-bucket' };
  return { kind: judgeWrite(request.conditions, undefined) === 'proceed' ? 'absent' : 'no-such-key' };
}
