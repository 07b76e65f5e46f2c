// PutObject: the body becomes a blob, the blob is committed under its key.
//
// The order is what makes an overwrite atomic: shards durable first, then one metadata commit. Until that commit readers see
// the old object; when anything fails before it the new shards are taken back and the old object was never touched.

import { PredastoreError, errorCodeOf, isPredastoreError } from '../core/errors.ts';
import { settled } from '../platform/supervise.ts';
import { bucketStillThere } from './bucket-check.ts';
import { judgeWrite, unconditional, type WriteVerdict } from './conditions.ts';
import { DigestCheck, type VerifiedDigests } from './digest-check.ts';
import { writeBlob } from './write-blob.ts';
import type { BlobRecord, ObjectRecord } from '../contracts/records.ts';
import type { IncomingBody } from '../core/body.ts';
import type { Expectation, ObjectAddress } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { PutOutcome, PutRequest } from './object-store.ts';

/** How often a conditional commit is decided anew when others keep changing the object. */
const COMMIT_TRIES_MAX = 5;

export async function putObject(
  context: ObjectContext,
  request: PutRequest,
  body: IncomingBody,
  signal: AbortSignal,
): Promise<PutOutcome> {
  const before = await decide(context, request);
  if (before.kind === 'refused') return { kind: before.verdict };
  const written = await store(context, request, body, signal);
  const { record } = written;
  const outcome = await commit(context, request, record, before.expected);
  if (outcome.kind !== 'stored') {
    dropBlobs(context, record.blobs);
    return outcome;
  }
  await journalMissing(context, request, record);
  return { kind: 'stored', record, missingShards: missingOf(record).length, nearFull: written.nearFull };
}

type Decision =
  | { readonly kind: 'go'; readonly expected: Expectation }
  | { readonly kind: 'refused'; readonly verdict: Exclude<WriteVerdict, 'proceed'> };

/** Holds the conditions against the record of this moment; compare-and-set makes the answer stay true until the commit. */
async function decide(context: ObjectContext, request: PutRequest): Promise<Decision> {
  if (unconditional(request.conditions)) return { kind: 'go', expected: 'any' };
  const current = await context.metadata.objects.get(addressOf(request));
  const verdict = judgeWrite(request.conditions, current?.record);
  if (verdict !== 'proceed') return { kind: 'refused', verdict };
  return { kind: 'go', expected: current === undefined ? 'absent' : { revision: current.revision } };
}

async function store(
  context: ObjectContext,
  request: PutRequest,
  body: IncomingBody,
  signal: AbortSignal,
): Promise<{ readonly record: ObjectRecord; readonly nearFull: boolean }> {
  const modified = new Date(context.clock.nowMs()).toISOString();
  const describe = (blobs: readonly BlobRecord[], digests: VerifiedDigests): ObjectRecord => ({
    v: 1,
    size: body.lengthBytes,
    etag: digests.md5,
    modified,
    headers: request.headers,
    meta: request.meta,
    ...(Object.keys(digests.checksums).length === 0 ? {} : { checksums: digests.checksums }),
    blobs,
    request: request.requestId,
  });
  if (body.lengthBytes === 0) return { record: describe([], await drainEmpty(body)), nearFull: false };
  const sealed = (blob: BlobRecord, digests: VerifiedDigests): Uint8Array =>
    Buffer.from(
      JSON.stringify({ bucket: request.bucket.id, key: request.key, record: describe([blob], digests) }),
    );
  const write = { bucket: request.bucket.name, key: request.key, body, signal };
  const { blob, digests, nearFull } = await writeBlob(context, write, sealed);
  return { record: describe([blob], digests), nearFull };
}

async function drainEmpty(body: IncomingBody): Promise<VerifiedDigests> {
  const digests = await DigestCheck.start(body);
  for await (const chunk of body.bytes) {
    if (chunk.length > 0)
      throw new PredastoreError('body-too-long', 'the body goes on past its declared length');
  }
  return digests.finish(body.claims());
}

async function commit(
  context: ObjectContext,
  request: PutRequest,
  record: ObjectRecord,
  first: Expectation,
): Promise<PutOutcome | { readonly kind: 'stored' }> {
  let expected = first;
  for (let attempt = 0; attempt < COMMIT_TRIES_MAX; attempt += 1) {
    const outcome = await context.metadata.objects.put(addressOf(request), record, expected);
    if (outcome.kind === 'committed') {
      const there = await bucketStillThere(context.metadata, request.bucket, outcome.revision);
      if (there) return { kind: 'stored' };
      await context.metadata.objects.remove(addressOf(request), request.requestId, {
        revision: outcome.revision,
      });
      return { kind: 'no-such-bucket' };
    }
    const decision = await decide(context, request);
    if (decision.kind === 'refused') return { kind: decision.verdict };
    expected = decision.expected;
  }
  return { kind: 'conflict' };
}

/** The record itself says what is missing; the journal makes repair start at once instead of at the next sweep. */
async function journalMissing(
  context: ObjectContext,
  request: PutRequest,
  record: ObjectRecord,
): Promise<void> {
  for (const blob of record.blobs) {
    if (blob.missing === undefined) continue;
    try {
      await context.metadata.oweRepair({ v: 1, ...addressOf(request), blob });
    } catch (error) {
      if (!isPredastoreError(error)) throw error;
      const fields = { bucket: request.bucket.name, write: blob.write, code: errorCodeOf(error) };
      context.logger.warn('a degraded write could not be journalled; the sweep will find it', fields);
    }
  }
}

function missingOf(record: ObjectRecord): readonly number[] {
  return record.blobs.flatMap((blob) => blob.missing ?? []);
}

/** Takes shards back that no record will ever reference. */
function dropBlobs(context: ObjectContext, blobs: readonly BlobRecord[]): void {
  for (const blob of blobs) {
    blob.nodes.forEach((node, index) => {
      if (blob.missing?.includes(index) === true) return;
      settled(
        context.shards.remove(node, [{ writeId: blob.write, index }]),
        'orphan collection finds what this cannot reach',
      );
    });
  }
}

function addressOf(request: PutRequest): ObjectAddress {
  return { bucketId: request.bucket.id, key: request.key };
}
