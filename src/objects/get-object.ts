// GetObject and HeadObject: the record decides, the shards deliver.
//
// A record may be replaced between reading it and opening its shards; then the shards may be gone. No byte has left by
// then, so the read starts again with the new record.

import { PredastoreError } from '../core/errors.ts';
import { judgeRead } from './conditions.ts';
import { findRecord } from './find-record.ts';
import { openRange } from './open-range.ts';
import { rangeOfPart } from './part-range.ts';
import { applyRange } from './range-header.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { FoundObject, GetOutcome, GetRequest, HeadOutcome, ReadRefusal } from './object-store.ts';

/** How often a read starts again because the object was replaced under it. */
export const READ_TRIES_MAX = 8;

export async function headObject(context: ObjectContext, request: GetRequest): Promise<HeadOutcome> {
  const found = await findRecord(context, request);
  return 'kind' in found ? found : judge(request, found);
}

export async function getObject(context: ObjectContext, request: GetRequest): Promise<GetOutcome> {
  let revision = 0;
  for (let attempt = 0; attempt < READ_TRIES_MAX; attempt += 1) {
    const found = await findRecord(context, request);
    if ('kind' in found) return found;
    const verdict = judge(request, found);
    if (verdict.kind !== 'found') return verdict;
    const range = verdict.range ?? { start: 0, end: verdict.record.size };
    const opened = await openRange(context, verdict.record.blobs, range);
    if (opened.kind === 'open')
      return { ...verdict, body: opened.body, degradedShards: opened.degradedShards };
    if (found.revision === revision) break;
    revision = found.revision;
  }
  throw new PredastoreError('shards-unavailable', 'the shards of the object cannot be found');
}

function judge(request: GetRequest, found: Versioned<ObjectRecord>): FoundObject | ReadRefusal {
  const { record, revision } = found;
  const verdict = judgeRead(request.conditions, record);
  if (verdict === 'not-modified') return { kind: 'not-modified', record };
  if (verdict === 'precondition-failed') return { kind: 'precondition-failed' };
  if (request.partNumber !== undefined) {
    const range = rangeOfPart(record, request.partNumber);
    return range === undefined ? { kind: 'no-such-part' } : { kind: 'found', record, revision, range };
  }
  const range = applyRange(request.range, record.size);
  if (range.kind === 'unsatisfiable') return { kind: 'invalid-range', sizeBytes: record.size };
  if (range.kind === 'whole') return { kind: 'found', record, revision };
  return { kind: 'found', record, revision, range: range.range };
}
