// DeleteObject: a tombstone in metadata. The shards follow through the reclaim queue of every node's view.

import { judgeWrite, unconditional } from './conditions.ts';
import type { ObjectContext } from './object-context.ts';
import type { RemoveOutcome, RemoveRequest } from './object-store.ts';

const REMOVE_TRIES_MAX = 5;

export async function removeObject(context: ObjectContext, request: RemoveRequest): Promise<RemoveOutcome> {
  const { metadata } = context;
  const address = { bucketId: request.bucket.id, key: request.key };
  for (let attempt = 0; attempt < REMOVE_TRIES_MAX; attempt += 1) {
    const current = await metadata.objects.get(address);
    if (current === undefined) return await explainAbsence(context, request);
    const verdict = judgeWrite(request.conditions, current.record);
    if (verdict !== 'proceed') return { kind: 'precondition-failed' };
    const expected = unconditional(request.conditions) ? 'any' : { revision: current.revision };
    const outcome = await metadata.objects.remove(address, request.requestId, expected);
    if (outcome.kind === 'committed') return { kind: 'removed' };
  }
  return { kind: 'conflict' };
}

async function explainAbsence(context: ObjectContext, request: RemoveRequest): Promise<RemoveOutcome> {
  const bucket = await context.metadata.buckets.get(request.bucket.name);
  if (bucket?.record.id !== request.bucket.id) return { kind: 'no-such-bucket' };
  return { kind: request.conditions.ifMatch === undefined ? 'absent' : 'precondition-failed' };
}
