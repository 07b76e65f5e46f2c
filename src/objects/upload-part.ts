// UploadPart: the body becomes a blob, the blob is committed as a part.
//
// The stream of metadata orders the part against the end of its upload: a part that came too late is taken back, and nobody
// was told that it is there.

import { dropBlobs, journalMissing, missingShardsOf } from './blob-debts.ts';
import { PredastoreError } from '../core/errors.ts';
import { isKeyRefusal, unlock, type ObjectCipher } from './customer-key.ts';
import { areStillStored, momentOf } from './still-stored.ts';
import { checksumsOf, storeBody } from './store-body.ts';
import type { PartRecord, UploadRecord } from '../contracts/records.ts';
import type { DigestAlgorithm, IncomingBody } from '../core/body.ts';
import type { UploadAddress } from '../metadata/upload-table.ts';
import type {
  ChecksumDiffers,
  DigestMissing,
  UploadLocator,
  UploadPartOutcome,
  UploadPartRequest,
} from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

export async function uploadPart(
  context: ObjectContext,
  request: UploadPartRequest,
  body: IncomingBody,
  signal: AbortSignal,
): Promise<UploadPartOutcome> {
  const upload = await context.metadata.uploads.get(uploadAddressOf(request));
  if (upload === undefined) return { kind: 'no-such-upload' };
  const cipher = unlock(upload.record.customerKey, request.customerKey);
  if (isKeyRefusal(cipher)) return cipher;
  const differs = checksumDiffers(upload.record, request.checksum);
  if (differs !== undefined) return differs;
  const { retention, legalHold } = upload.record;
  if (request.isBare === true && (retention ?? legalHold) !== undefined) return { kind: 'digest-missing' };
  return storePart(context, { request, upload: upload.record, body, signal, ...(cipher && { cipher }) });
}

/** The checksum of checksums needs that of every part; that of the whole is put together from what we compute ourselves. */
function checksumDiffers(
  { checksum: plan }: UploadRecord,
  actual: DigestAlgorithm | undefined,
): ChecksumDiffers | undefined {
  if (plan === undefined || plan.algorithm === actual) return undefined;
  if (actual === undefined && plan.type === 'FULL_OBJECT') return undefined;
  return { kind: 'checksum-differs', expected: plan.algorithm, ...(actual !== undefined && { actual }) };
}

export interface PartToStore {
  readonly request: UploadPartRequest;
  readonly upload: UploadRecord;
  readonly body: IncomingBody;
  readonly signal: AbortSignal;
  readonly cipher?: ObjectCipher;
}

/** Stores a part of an upload that was open a moment ago. */
export async function storePart(
  context: ObjectContext,
  work: PartToStore,
): Promise<Exclude<UploadPartOutcome, ChecksumDiffers | DigestMissing>> {
  const { request, upload, body, signal, cipher } = work;
  const modified = new Date(context.clock.nowMs()).toISOString();
  const { record, nearFull } = await storeBody<PartRecord>(context, {
    object: request,
    body,
    signal,
    ...(upload.checksum === undefined ? {} : { checksum: upload.checksum.algorithm }),
    ...(cipher && { cipher }),
    upload,
    describe: (blobs, digests) => ({
      v: 1,
      number: request.number,
      size: body.lengthBytes,
      etag: digests.md5,
      modified,
      ...checksumsOf(digests),
      blobs,
      request: request.requestId,
    }),
  });
  const written = momentOf(context.clock);
  const { uploads } = context.metadata;
  const address = uploadAddressOf(request);
  const outcome = await uploads.putPart(address, record);
  // The part stays on record: the upload can be completed only with the ETag that nobody was told.
  if ((await areStillStored(context, record.blobs, written)) !== 'stored')
    throw new PredastoreError('shards-unavailable', 'the commit came too late for its shards');
  if (outcome.kind === 'committed' && (await uploads.wasOpenAt(address, outcome.revision))) {
    journalMissing(context, request, record.blobs);
    return { kind: 'stored', part: record, missingShards: missingShardsOf(record.blobs), nearFull };
  }
  dropBlobs(context, record.blobs);
  return { kind: 'no-such-upload' };
}

export function uploadAddressOf({ bucket, key, uploadId }: UploadLocator): UploadAddress {
  return { bucketId: bucket.id, key, uploadId };
}
