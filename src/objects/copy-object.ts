// CopyObject by reference: the new record names the blobs of the source, no byte is moved.
//
// The blobs may be replaced under the source while we commit; ReferenceWindow says why they cannot be gone. An object copied onto
// itself is committed by compare-and-set on what was read, so that a PUT in between is not undone.

import { createDigest } from '../platform/digests.ts';
import { journalMissing, missingShardsOf } from './blob-debts.ts';
import { commitOnce, decideCommit, judgeCommit, type CommitDecision } from './commit-object.ts';
import type { FoundRecord } from './find-record.ts';
import { versioningOf } from './next-head.ts';
import { COMMIT_TRIES_MAX, persistently } from './persistently.ts';
import { findSource, openSource } from './read-source.ts';
import { ReferenceWindow, tooSlowToReference } from './reference-window.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { DigestAlgorithm } from '../core/body.ts';
import type { CopyOutcome, CopyRequest, CopySource, SourceRefusal } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

/** The checksums of the copy, and the source they belong to. */
interface Checksums {
  readonly etag: string;
  readonly blobs: string;
  readonly checksums: ObjectRecord['checksums'];
}

type Attempt = CopyOutcome | { readonly kind: 'raced' } | 'too-late';

export async function copyObject(
  context: ObjectContext,
  request: CopyRequest,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  if (isPointless(context, request)) return { kind: 'pointless' };
  let late = 0;
  let computed: Checksums | undefined;
  return persistently<CopyOutcome>(context, request.conditions, async () => {
    const window = new ReferenceWindow(context.clock);
    const source = await findSource(context, request.source);
    if ('kind' in source) return source;
    const { checksum } = request;
    if (lacks(source.record, checksum) && !belongsTo(computed, source.record)) {
      const result = await computeChecksum(context, request.source, checksum, signal);
      if ('kind' in result) return result;
      computed = result;
      return { kind: 'raced' };
    }
    const attempt = await tryToCopy(context, request, { source, computed, window });
    if (attempt !== 'too-late') return attempt;
    late += 1;
    if (late >= COMMIT_TRIES_MAX) throw tooSlowToReference();
    return { kind: 'raced' };
  });
}

interface Reading {
  readonly source: FoundRecord;
  readonly computed: Checksums | undefined;
  readonly window: ReferenceWindow;
}

async function tryToCopy(
  context: ObjectContext,
  request: CopyRequest,
  { source, computed, window }: Reading,
): Promise<Attempt> {
  const decision = await decide(context, request, source);
  if (decision.kind === 'refused') return { kind: decision.verdict };
  const record = copyOf(context, request, source.record, computed);
  if (!window.open) return 'too-late';
  const target = { ...request, note: { kind: 'copied' }, referenced: window.opened } as const;
  const ending = await commitOnce(context, target, record, decision);
  if (ending.kind !== 'committed') return ending;
  journalMissing(context, request, record.blobs);
  const missingShards = missingShardsOf(record.blobs);
  return { kind: 'copied', record: ending.record, source: source.record, missingShards };
}

async function decide(
  context: ObjectContext,
  request: CopyRequest,
  source: FoundRecord,
): Promise<CommitDecision> {
  const isCurrent = isOntoItself(request) && source.isCurrent;
  return isCurrent ? judgeCommit(request.conditions, source) : decideCommit(context, request);
}

/** An older version that is copied onto its key is restored by that. */
function isPointless(context: ObjectContext, request: CopyRequest): boolean {
  const { replace, checksum, tags, properties, source, bucket } = request;
  const { storageClass, websiteRedirect } = properties ?? {};
  const changes = [replace, checksum, tags, properties?.customerKey, storageClass, websiteRedirect];
  const restores = source.versionId !== undefined && versioningOf(context, bucket) !== undefined;
  const enciphers = request.namesEncryption === true;
  return isOntoItself(request) && !restores && !enciphers && changes.every((change) => change === undefined);
}

function isOntoItself({ bucket, key, source }: CopyRequest): boolean {
  return source.bucket.id === bucket.id && source.key === key;
}

function copyOf(
  context: ObjectContext,
  request: CopyRequest,
  source: ObjectRecord,
  computed: Checksums | undefined,
): ObjectRecord {
  // Not the upload (repeating its completion must not find the copy), and nothing that is of the source alone.
  const { v, size, etag, headers, meta, blobs, parts } = source;
  const checksums = lacks(source, request.checksum) ? computed?.checksums : source.checksums;
  const tags = request.tags ?? source.tags;
  return {
    v,
    size,
    etag,
    headers,
    meta,
    ...(checksums && { checksums }),
    ...request.replace,
    ...request.properties,
    ...(tags && { tags }),
    blobs,
    ...(parts && { parts }),
    modified: new Date(context.clock.nowMs()).toISOString(),
    request: request.requestId,
  };
}

/** A checksum of checksums is another one than the one of the whole that is asked for. */
function lacks(record: ObjectRecord, asked: DigestAlgorithm | undefined): asked is DigestAlgorithm {
  return asked !== undefined && (record.checksums?.[asked]?.includes('-') ?? true);
}

function belongsTo(computed: Checksums | undefined, record: ObjectRecord): boolean {
  return computed?.etag === record.etag && computed.blobs === blobsOf(record);
}

function blobsOf(record: ObjectRecord): string {
  return record.blobs.map((blob) => blob.write).join();
}

/** Reads all of the source. Takes as long as it takes; whoever asked reads the record again afterwards. */
async function computeChecksum(
  context: ObjectContext,
  source: CopySource,
  algorithm: DigestAlgorithm,
  signal: AbortSignal,
): Promise<Checksums | SourceRefusal> {
  const opened = await openSource<never>(context, source, () => undefined);
  if (opened.kind !== 'open') return opened;
  const digest = await createDigest(algorithm);
  for await (const chunk of opened.body.bytes) {
    signal.throwIfAborted();
    digest.update(chunk);
  }
  const { record } = opened;
  const checksums = { [algorithm]: digest.finish().toString('base64') };
  return { etag: record.etag, blobs: blobsOf(record), checksums };
}
