// The source of a copy: found, held against its conditions, opened.

import { PredastoreError } from '../core/errors.ts';
import { judgeRead } from './conditions.ts';
import { isKeyRefusal, unlock } from './customer-key.ts';
import { findRecord, type FoundRecord } from './find-record.ts';
import { READ_TRIES_MAX } from './get-object.ts';
import { openRange } from './open-range.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ByteRange, OutgoingBody } from '../core/body.ts';
import type { CopySource, SourceRefusal } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

/** The record to copy. A source that was not modified is no answer to a copy: it fails its precondition. */
export async function findSource(
  context: ObjectContext,
  source: CopySource,
): Promise<FoundRecord | SourceRefusal> {
  const found = await findRecord(context, source);
  if ('kind' in found) return { kind: 'source', refusal: found };
  const unlocked = unlock(found.record.customerKey, source.customerKey);
  if (isKeyRefusal(unlocked)) return { kind: 'source', refusal: unlocked };
  if (judgeRead(source.conditions, found.record) !== 'proceed')
    return { kind: 'source', refusal: { kind: 'precondition-failed' } };
  return found;
}

export interface OpenSource {
  readonly kind: 'open';
  readonly record: ObjectRecord;
  readonly body: OutgoingBody;
}

/** Lets go of what a copy did not read: its downloads would wait for a reader. */
export async function letGo({ body }: OpenSource): Promise<void> {
  await body.bytes[Symbol.asyncIterator]().return?.();
}

/** Opens the range that the source names, or all of it. `accept` may refuse a length before a shard is touched. */
export async function openSource<R extends { readonly kind: string }>(
  context: ObjectContext,
  source: CopySource,
  accept: (lengthBytes: number) => R | undefined,
): Promise<OpenSource | SourceRefusal | R> {
  for (let attempt = 0; attempt < READ_TRIES_MAX; attempt += 1) {
    const found = await findSource(context, source);
    if ('kind' in found) return found;
    const { record } = found;
    const range: ByteRange = source.range ?? { start: 0, end: record.size };
    if (range.end > record.size)
      return { kind: 'source', refusal: { kind: 'invalid-range', sizeBytes: record.size } };
    const refusal = accept(range.end - range.start);
    if (refusal !== undefined) return refusal;
    const cipher = unlock(record.customerKey, source.customerKey);
    if (isKeyRefusal(cipher)) return { kind: 'source', refusal: cipher };
    const opened = await openRange(context, record.blobs, range, cipher);
    if (opened.kind === 'open') return { kind: 'open', record, body: opened.body };
  }
  throw new PredastoreError('shards-unavailable', 'the shards of the source cannot be found');
}
