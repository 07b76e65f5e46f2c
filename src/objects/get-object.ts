// GetObject and HeadObject: the record decides, the shards deliver.
//
// A record may be replaced between reading it and opening its shards; then the shards may be gone. No byte has left by
// then, so the read starts again with the new record.

import { PredastoreError } from '../core/errors.ts';
import { judgeRead } from './conditions.ts';
import { isKeyRefusal, unlock } from './customer-key.ts';
import { EarlyRead } from './early-read.ts';
import { addressOf, findRecord, type FoundRecord } from './find-record.ts';
import { isLive } from './next-head.ts';
import { openRange } from './open-range.ts';
import { rangeOfPart } from './part-range.ts';
import { applyRange } from './range-header.ts';
import { versionName } from '../metadata/version-table.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ByteRange } from '../core/body.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type {
  FoundObject,
  GetOutcome,
  GetRequest,
  HeadOutcome,
  NotFound,
  ReadRefusal,
} from './object-store.ts';

/** How often a read starts again because the object was replaced under it. */
export const READ_TRIES_MAX = 8;

export async function headObject(context: ObjectContext, request: GetRequest): Promise<HeadOutcome> {
  const found = await find(context, request);
  return 'kind' in found ? found : judge(request, found);
}

/** What there is to read: from the local view where the leader confirms it, else from the leader. */
async function find(context: ObjectContext, request: GetRequest): Promise<FoundRecord | NotFound> {
  const seen = await context.metadata.objects.confirmed(addressOf(request));
  if (seen !== undefined && isAskedFor(request, seen.record)) return { ...seen, isCurrent: true };
  return findRecord(context, request);
}

/** `mayBeginEarly`: the shards of what the local view has may be opened while the leader is asked. */
export async function getObject(
  context: ObjectContext,
  request: GetRequest,
  mayBeginEarly: boolean,
): Promise<GetOutcome> {
  const early = mayBeginEarly ? beginEarly(context, request) : undefined;
  try {
    return await readFound(context, request, early);
  } finally {
    early?.end();
  }
}

/** Opens the shards of what the local view has, while the leader is asked what there is. */
function beginEarly(context: ObjectContext, request: GetRequest): EarlyRead | undefined {
  if (request.customerKey !== undefined) return undefined; // rare, and what is opened early is not deciphered
  const guess = context.metadata.objects.glimpse(addressOf(request));
  if (guess === undefined || !isAskedFor(request, guess.record)) return undefined;
  const verdict = judge(request, guess);
  return verdict.kind === 'found' ? EarlyRead.begin(context, guess, rangeOf(verdict)) : undefined;
}

function isAskedFor({ versionId }: GetRequest, record: ObjectRecord): boolean {
  return isLive(record) && (versionId === undefined || versionId === versionName(record));
}

async function readFound(
  context: ObjectContext,
  request: GetRequest,
  early: EarlyRead | undefined,
): Promise<GetOutcome> {
  let revision = 0;
  for (let attempt = 0; attempt < READ_TRIES_MAX; attempt += 1) {
    // What cannot be read may be named wrongly by the view: then the leader decides.
    const found = await (attempt === 0 ? find : findRecord)(context, request);
    if ('kind' in found) return found;
    const verdict = judge(request, found);
    if (verdict.kind !== 'found') return verdict;
    const cipher = unlock(verdict.record.customerKey, request.customerKey);
    if (isKeyRefusal(cipher)) return cipher;
    const opened =
      (await early?.take(found)) ??
      (await openRange(context, verdict.record.blobs, rangeOf(verdict), cipher));
    if (opened.kind === 'open')
      return { ...verdict, body: opened.body, degradedShards: opened.degradedShards };
    if (found.revision === revision) break;
    revision = found.revision;
  }
  throw new PredastoreError('shards-unavailable', 'the shards of the object cannot be found');
}

function rangeOf({ range, record }: FoundObject): ByteRange {
  return range ?? { start: 0, end: record.size };
}

function judge(request: GetRequest, found: Versioned<ObjectRecord>): FoundObject | ReadRefusal {
  const { record, revision } = found;
  const unlocked = request.recordOnly ? undefined : unlock(record.customerKey, request.customerKey);
  if (isKeyRefusal(unlocked)) return unlocked;
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
