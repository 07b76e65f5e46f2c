// GetObject and HeadObject: the record decides, the shards deliver.
//
// A record may be replaced between reading it and opening its shards; then the shards may be gone. No byte has left by
// then, so the read starts again with the new record.

import { PredastoreError } from '../core/errors.ts';
import { once, type ByteRange, type OutgoingBody } from '../core/body.ts';
import { judgeRead } from './conditions.ts';
import { applyRange } from './range-header.ts';
import { openBlob } from './read-blob.ts';
import type { BlobRecord, ObjectRecord } from '../contracts/records.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type {
  FoundBody,
  FoundObject,
  GetOutcome,
  GetRequest,
  HeadOutcome,
  ReadRefusal,
} from './object-store.ts';

/** How often a read starts again because the object was replaced under it. */
const READ_TRIES_MAX = 8;

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
    const opened = await openBody(context, verdict);
    if (opened.kind === 'open')
      return { ...verdict, body: opened.body, degradedShards: opened.degradedShards };
    if (found.revision === revision) break;
    revision = found.revision;
  }
  throw new PredastoreError('shards-unavailable', 'the shards of the object cannot be found');
}

/** The record, or why there is none: a key is absent only in a bucket that is there. */
async function findRecord(
  context: ObjectContext,
  request: GetRequest,
): Promise<Versioned<ObjectRecord> | ReadRefusal> {
  const { bucket, key } = request;
  const found = await context.metadata.objects.get({ bucketId: bucket.id, key });
  if (found !== undefined) return found;
  const current = await context.metadata.buckets.get(bucket.name);
  if (current === undefined) return { kind: 'no-such-bucket' };
  if (current.record.id === bucket.id) return { kind: 'no-such-key' };
  // The bucket was deleted and made anew since the caller looked it up.
  const renewed = await context.metadata.objects.get({ bucketId: current.record.id, key });
  return renewed ?? { kind: 'no-such-key' };
}

function judge(request: GetRequest, found: Versioned<ObjectRecord>): FoundObject | ReadRefusal {
  const { record, revision } = found;
  const verdict = judgeRead(request.conditions, record);
  if (verdict === 'not-modified') return { kind: 'not-modified', record };
  if (verdict === 'precondition-failed') return { kind: 'precondition-failed' };
  const range = applyRange(request.range, record.size);
  if (range.kind === 'unsatisfiable') return { kind: 'invalid-range', sizeBytes: record.size };
  if (range.kind === 'whole') return { kind: 'found', record, revision };
  return { kind: 'found', record, revision, range: range.range };
}

type OpenBody = ({ readonly kind: 'open' } & FoundBody) | { readonly kind: 'gone' };

async function openBody(context: ObjectContext, found: FoundObject): Promise<OpenBody> {
  const range = found.range ?? { start: 0, end: found.record.size };
  const lengthBytes = range.end - range.start;
  const [first, ...others] = partsOf(found.record.blobs, range);
  if (first === undefined)
    return { kind: 'open', body: { lengthBytes, bytes: once(new Uint8Array(0)) }, degradedShards: 0 };
  const opened = await openBlob(context, first.blob, first.range);
  if (opened.kind === 'gone') return opened;
  const bytes = others.length === 0 ? opened.bytes : chain(context, opened.bytes, others);
  const body: OutgoingBody = { lengthBytes, bytes };
  return { kind: 'open', body, degradedShards: opened.degradedShards };
}

interface BlobPart {
  readonly blob: BlobRecord;
  /** In bytes of the blob. */
  readonly range: ByteRange;
}

/** The blobs that a range of the object touches, in order. */
function partsOf(blobs: readonly BlobRecord[], range: ByteRange): BlobPart[] {
  const parts: BlobPart[] = [];
  let offset = 0;
  for (const blob of blobs) {
    const start = Math.max(0, range.start - offset);
    const end = Math.min(blob.size, range.end - offset);
    if (start < end) parts.push({ blob, range: { start, end } });
    offset += blob.size;
  }
  return parts;
}

async function* chain(
  context: ObjectContext,
  first: AsyncIterable<Uint8Array>,
  others: readonly BlobPart[],
): AsyncGenerator<Uint8Array> {
  yield* first;
  for (const { blob, range } of others) {
    const opened = await openBlob(context, blob, range);
    if (opened.kind === 'gone')
      throw new PredastoreError('shards-unavailable', 'a part of the object is gone');
    yield* opened.bytes;
  }
}
