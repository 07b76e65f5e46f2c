// CopyObject by reference: the new record names the blobs of the source, no byte is moved.
//
// The blobs may be replaced under the source while we commit; ReferenceWindow says why they cannot be gone. An object copied onto
// itself is committed by compare-and-set on what was read, so that a PUT in between is not undone.

import { createDigest } from '../platform/digests.ts';
import { journalMissing, missingShardsOf } from './blob-debts.ts';
import { COMMIT_TRIES_MAX, commitOnce, decideCommit, type CommitDecision } from './commit-object.ts';
import { judgeWrite } from './conditions.ts';
import { findSource, openSource } from './read-source.ts';
import { ReferenceWindow, tooSlowToReference } from './reference-window.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { DigestAlgorithm } from '../core/body.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { CopyOutcome, CopyRequest, CopySource, SourceRefusal } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

/** The checksums of the copy, and the source they belong to. */
interface Checksums {
  readonly etag: string;
  readonly blobs: string;
  readonly checksums: ObjectRecord['checksums'];
}

type Attempt = CopyOutcome | 'raced' | 'too-late';

export async function copyObject(
  context: ObjectContext,
  request: CopyRequest,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  if (isOntoItself(request) && request.replace === undefined && request.checksum === undefined)
    return { kind: 'pointless' };
  let attempt: Attempt = 'raced';
  let computed: Checksums | undefined;
  for (let tries = 0; tries < COMMIT_TRIES_MAX; tries += 1) {
    const window = new ReferenceWindow(context.clock);
    const source = await findSource(context, request.source);
    if ('kind' in source) return source;
    const { checksum } = request;
    if (lacks(source.record, checksum) && !belongsTo(computed, source.record)) {
      const result = await computeChecksum(context, request.source, checksum, signal);
      if ('kind' in result) return result;
      computed = result;
      continue;
    }
    attempt = await tryToCopy(context, request, { source, computed, window });
    if (typeof attempt === 'object') return attempt;
  }
  if (attempt === 'too-late') throw tooSlowToReference();
  return { kind: 'conflict' };
}

interface Reading {
  readonly source: Versioned<ObjectRecord>;
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
  const ending = await commitOnce(context, request, record, decision.expected);
  if (ending === 'raced') return ending;
  if (ending === 'no-such-bucket') return { kind: ending };
  journalMissing(context, request, record.blobs);
  return { kind: 'copied', record, missingShards: missingShardsOf(record.blobs) };
}

async function decide(
  context: ObjectContext,
  request: CopyRequest,
  source: Versioned<ObjectRecord>,
): Promise<CommitDecision> {
  if (!isOntoItself(request)) return decideCommit(context, request);
  const verdict = judgeWrite(request.conditions, source.record);
  if (verdict !== 'proceed') return { kind: 'refused', verdict };
  return { kind: 'go', expected: { revision: source.revision } };
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
