// What GetObject and HeadObject share: the question to the object store, the description of what it found, its refusals.

import type { OperationCall } from '../bus/operation.ts';
import type { GetObjectRequest, HeadObjectReply } from '../contracts/generated/messages.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { FoundObject, GetRequest, NotFound, ReadRefusal } from '../objects/object-store.ts';
import { enterBucket, noSuchBucket } from './access.ts';
import { readPartChecksumsOf, typedChecksumsOf } from './checksums.ts';
import { conditionsOf, preconditionFailed } from './conditions.ts';
import { customerKeyOf, encryptionOf, keyErrorOf } from './customer-key.ts';
import type { ServiceParts } from './handler.ts';
import { expirationFieldOf } from './lifecycle-fields.ts';
import { contentFieldsOf } from './object-headers.ts';
import { noSuchKey, requireKey } from './object-key.ts';
import { lockFieldsOf, type LockSight } from './object-lock.ts';
import { propertyFieldsOf } from './object-properties.ts';
import { tagCountOf } from './object-tags.ts';
import { requirePartNumber } from './part-number.ts';
import { deletedError, noSuchVersion, versionFieldOf, versionOf } from './version-id.ts';

/** The same fields for both operations. */
type ReadRequest = Readonly<GetObjectRequest>;

/** Checks key and access, and says what to read. */
export async function readQuestion(
  parts: ServiceParts,
  call: OperationCall,
  request: ReadRequest,
): Promise<GetRequest> {
  requireKey(request.Key);
  const bucket = await enterBucket(parts, call, request, 's3:GetObject');
  const key = customerKeyOf(request);
  const version = versionOf(request.VersionId);
  const question = { bucket, key: request.Key, ...version, conditions: conditionsOf(request), ...key };
  const { Range: range, PartNumber: partNumber } = request;
  if (partNumber === undefined) return range === undefined ? question : { ...question, range };
  requirePartNumber(partNumber);
  if (range !== undefined)
    throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  return { ...question, partNumber };
}

/** Describes an object, or the range of it that is served. */
export function describeFound(
  found: FoundObject,
  request: ReadRequest,
  { bucket, sight }: { readonly bucket: BucketRecord; readonly sight: LockSight },
): HeadObjectReply {
  const { record, range } = found;
  const reply: HeadObjectReply = {
    AcceptRanges: 'bytes',
    ContentLength: range === undefined ? record.size : range.end - range.start,
    ETag: quoted(record.etag),
    LastModified: record.modified,
    ...contentFieldsOf(record),
    Metadata: record.meta,
    ...encryptionOf(record, request),
    ...versionFieldOf(record, bucket, request.VersionId),
    ...tagCountOf(record),
    ...propertyFieldsOf(record),
    // An older version does not expire: it is not current.
    ...(request.VersionId === undefined ? expirationFieldOf(bucket, request.Key, record) : {}),
    ...lockFieldsOf(record, sight),
  };
  if (request.PartNumber !== undefined && record.parts !== undefined) reply.PartsCount = record.parts.length;
  // An empty part has no Content-Range that could be written.
  if (range !== undefined && range.end > range.start)
    reply.ContentRange = `bytes ${range.start}-${range.end - 1}/${record.size}`;
  return request.ChecksumMode === 'ENABLED' ? { ...reply, ...checksumsOf(found, request) } : reply;
}

/** Of what is served: the object, or a part of it. Any other range has none: SDKs would compare the one of the object with it. */
function checksumsOf({ record, range }: FoundObject, request: ReadRequest): Partial<HeadObjectReply> {
  const part = record.parts?.find(({ number }) => number === request.PartNumber);
  if (part !== undefined)
    return readPartChecksumsOf(record, { ...part, isWhole: record.parts?.length === 1 });
  const whole = range === undefined || range.end - range.start === record.size;
  return whole ? typedChecksumsOf(record) : {};
}

/** The S3 error for an object that is not served. */
export function readErrorOf(refusal: ReadRefusal, request: ReadRequest): S3Error {
  switch (refusal.kind) {
    case 'not-modified':
      return new S3Error('NotModified', undefined, { headers: validatorsOf(refusal.record) });
    case 'precondition-failed':
      return preconditionFailed(request);
    case 'invalid-range':
      return invalidRange(refusal.sizeBytes, request.Range ?? '');
    case 'no-such-part':
      return new S3Error('InvalidPartNumber', undefined, {
        fields: { PartNumberRequested: String(request.PartNumber) },
      });
    case 'no-such-key':
    case 'no-such-version':
    case 'no-such-bucket':
    case 'delete-marker':
      return absenceErrorOf(refusal, request);
    default:
      return keyErrorOf(refusal.kind);
  }
}

interface VersionRequest {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** The S3 error where an object is asked for and there is none. */
export function absenceErrorOf(absence: NotFound, request: VersionRequest): S3Error {
  switch (absence.kind) {
    case 'no-such-key':
      return noSuchKey(request.Key);
    case 'no-such-version':
      return noSuchVersion(request.Key, request.VersionId);
    case 'no-such-bucket':
      return noSuchBucket(request.Bucket);
    case 'delete-marker':
      return deletedError(absence, request.Key);
  }
}

function invalidRange(sizeBytes: number, asked: string): S3Error {
  return new S3Error('InvalidRange', undefined, {
    fields: { ActualObjectSize: String(sizeBytes), RangeRequested: asked },
    headers: { 'Content-Range': `bytes */${sizeBytes}` },
  });
}

/** What a 304 must repeat (RFC 9110, section 15.4.5). */
function validatorsOf(record: ObjectRecord): Record<string, string> {
  const cacheControl = record.headers['cache-control'];
  return {
    ETag: quoted(record.etag),
    'Last-Modified': new Date(record.modified).toUTCString(),
    ...(cacheControl === undefined ? {} : { 'Cache-Control': cacheControl }),
  };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}
