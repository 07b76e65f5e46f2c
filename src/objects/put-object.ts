// PutObject: the body becomes a blob, the blob is committed under its key.
//
// The order is what makes an overwrite atomic: shards durable first, then one metadata commit. Until that commit readers see
// the old object; when anything fails before it the new shards are taken back and the old object was never touched.

import { assert } from '../core/assert.ts';
import { dropBlobs, journalMissing, missingShardsOf } from './blob-debts.ts';
import {
  commitOnce,
  decideCommit,
  inTurn,
  type CommitBasis,
  type CommitDecision,
  type CommitEnding,
  type CommitTarget,
} from './commit-object.ts';
import { isKeyRefusal, newKeyRecord, unlock } from './customer-key.ts';
import { firstVersion, retained } from './next-head.ts';
import { persistently } from './persistently.ts';
import { momentOf } from './still-stored.ts';
import { checksumsOf, storeBody, type StoredBody } from './store-body.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { IncomingBody } from '../core/body.ts';
import type { ObjectContext } from './object-context.ts';
import type { PutOutcome, PutRequest } from './object-store.ts';

export async function putObject(
  context: ObjectContext,
  request: PutRequest,
  body: IncomingBody,
  signal: AbortSignal,
): Promise<PutOutcome> {
  const before = await decideCommit(context, request);
  if (before.kind === 'refused') return { kind: before.verdict };
  const { record, nearFull } = await store(context, request, body, signal);
  const target = { ...request, written: momentOf(context.clock) };
  const outcome = await commit(context, target, record, before);
  if (outcome.kind !== 'committed') {
    // Where the bucket went the record was there for a moment, and a copy may have taken the blobs over: they are left to
    // the reclaim queue, which knows.
    if (outcome.kind !== 'no-such-bucket') dropBlobs(context, record.blobs);
    return outcome;
  }
  journalMissing(context, request, record.blobs);
  return { kind: 'stored', record: outcome.record, missingShards: missingShardsOf(record.blobs), nearFull };
}

function store(
  context: ObjectContext,
  request: PutRequest,
  body: IncomingBody,
  signal: AbortSignal,
): Promise<StoredBody<ObjectRecord>> {
  const modified = new Date(context.clock.nowMs()).toISOString();
  const version = firstVersion(context, request.bucket);
  const { customerKey } = request;
  const keyRecord = customerKey && newKeyRecord(context.random, customerKey);
  const cipher = unlock(keyRecord, customerKey);
  assert(!isKeyRefusal(cipher), 'a key fits the record that was made of it');
  return storeBody<ObjectRecord>(context, {
    object: request,
    body,
    signal,
    ...(cipher && { cipher }),
    ...(request.checksum && { checksum: request.checksum }),
    // The copy of the record that is sealed beside the shards shall know the retention too.
    describe: (blobs, digests) =>
      retained(context, request.bucket, {
        v: 1,
        size: body.lengthBytes,
        etag: digests.md5,
        modified,
        headers: request.headers,
        meta: request.meta,
        ...request.properties,
        ...version,
        ...(keyRecord && { customerKey: keyRecord }),
        ...checksumsOf(digests),
        blobs,
        request: request.requestId,
      }),
  });
}

type Committed = CommitEnding & { readonly kind: 'committed' };

async function commit(
  context: ObjectContext,
  request: CommitTarget,
  record: ObjectRecord,
  first: CommitBasis,
): Promise<Exclude<PutOutcome, { readonly kind: 'stored' }> | Committed> {
  let basis: CommitBasis | undefined = first;
  return inTurn(context, request, () =>
    persistently(context, request.conditions, async () => {
      const decision: CommitDecision = basis ?? (await decideCommit(context, request));
      basis = undefined;
      if (decision.kind === 'refused') return { kind: decision.verdict };
      return commitOnce(context, request, record, decision);
    }),
  );
}
