// CompleteMultipartUpload: makes the parts of an upload one object.

import type {
  CompleteMultipartUploadReply,
  CompleteMultipartUploadRequest,
} from '../../contracts/generated/messages.ts';
import type { ObjectRecord } from '../../contracts/records.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { OBJECT_BYTES_MAX, PART_BYTES_MIN } from '../../core/limits.ts';
import type {
  CompletedPart,
  CompleteUploadOutcome,
  CompleteUploadRequest,
} from '../../objects/multipart-store.ts';
import { badChecksum, checksumDiffersError, claimedChecksum, typedChecksumsOf } from '../checksums.ts';
import { commitErrorOf } from '../commit-errors.ts';
import { conditionsOf } from '../conditions.ts';
import { customerKeyOf } from '../customer-key.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { entityTooLarge } from '../object-body.ts';
import { expirationFieldOf } from '../lifecycle-fields.ts';
import { quoted } from '../object-reading.ts';
import { writtenVersionOf } from '../version-id.ts';
import { requirePartNumber } from '../part-number.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';

type Request = Readonly<CompleteMultipartUploadRequest>;
type Refusal = Exclude<CompleteUploadOutcome, { kind: 'completed' }>;

export function completeMultipartUpload(parts: ServiceParts): TypedHandler<'CompleteMultipartUpload'> {
  return async (request, call) => {
    const listed = (request.MultipartUpload?.Parts ?? []).map(completedPartOf);
    const checksum = claimedChecksum(request);
    // The parts have shown it already; half a key is refused all the same.
    customerKeyOf(request);
    const upload = await locateUpload(parts, call, request, 's3:PutObject');
    const completion = definedFields<CompleteUploadRequest>({
      ...upload,
      parts: listed,
      conditions: conditionsOf(request),
      checksum,
      checksumType: request.ChecksumType,
      sizeBytes: request.MpuObjectSize,
      requestId: call.context.requestId,
    });
    const outcome = await parts.multipart.complete(completion);
    if (outcome.kind !== 'completed') throw completionErrorOf(outcome, request);
    const version = writtenVersionOf(outcome.record);
    const expiration = expirationFieldOf(upload.bucket, request.Key, outcome.record);
    return { result: { ...describe(outcome.record, request), ...version, ...expiration } };
  };
}

type ListedPart = NonNullable<NonNullable<Request['MultipartUpload']>['Parts']>[number];

function completedPartOf(part: ListedPart): CompletedPart {
  requirePartNumber(part.PartNumber);
  const checksum = partChecksum(part);
  const listed = { number: part.PartNumber, etag: part.ETag.replace(/^"|"$/g, '') };
  return checksum === undefined ? listed : { ...listed, checksum };
}

/** In a list of parts, what is wrong with a checksum has another name than elsewhere. */
function partChecksum(part: ListedPart): CompletedPart['checksum'] {
  try {
    return claimedChecksum(part);
  } catch (error) {
    const given = Object.entries(part).find(([field]) => field.startsWith('Checksum'));
    throw new S3Error(
      'InvalidArgument',
      'Invalid Base64 or multiple checksums present in request',
      { fields: { ArgumentName: 'Checksum', ArgumentValue: String(given?.[1] ?? '') } },
      error,
    );
  }
}

function describe(record: ObjectRecord, { Bucket, Key }: Request): CompleteMultipartUploadReply {
  const path = [Bucket, ...Key.split('/')].map(encodeURIComponent).join('/');
  return {
    Location: `/${path}`,
    Bucket,
    Key,
    ETag: quoted(record.etag),
    ...typedChecksumsOf(record),
    ...(record.customerKey && { SSECustomerAlgorithm: 'AES256' as const }),
  };
}

function completionErrorOf(outcome: Refusal, request: Request): S3Error {
  if (isChecksumRefusal(outcome)) return checksumErrorOf(outcome);
  switch (outcome.kind) {
    case 'no-such-upload':
      return noSuchUpload(request.UploadId);
    case 'no-parts':
      return new S3Error('MalformedXML');
    case 'invalid-part':
      return invalidPart(outcome.number, request);
    case 'invalid-part-order':
      return new S3Error('InvalidPartOrder', undefined, { fields: { UploadId: request.UploadId } });
    case 'too-small':
      return new S3Error('EntityTooSmall', undefined, {
        fields: {
          ProposedSize: String(outcome.sizeBytes),
          MinSizeAllowed: String(PART_BYTES_MIN),
          PartNumber: String(outcome.number),
          ETag: outcome.etag,
        },
      });
    case 'too-large':
      return entityTooLarge(outcome.sizeBytes, OBJECT_BYTES_MAX);
    case 'size-mismatch':
      return new S3Error(
        'InvalidRequest',
        `The provided 'x-amz-mp-object-size' header value ${request.MpuObjectSize ?? 0} does not match what was computed: ${outcome.sizeBytes}`,
      );
    default:
      return commitErrorOf(outcome.kind, request);
  }
}

type ChecksumRefusal = Extract<Refusal, { kind: `${string}checksum${string}` }>;

function isChecksumRefusal(outcome: Refusal): outcome is ChecksumRefusal {
  return outcome.kind.includes('checksum');
}

function checksumErrorOf(outcome: ChecksumRefusal): S3Error {
  switch (outcome.kind) {
    case 'checksum-mismatch':
      return badChecksum(outcome.algorithm);
    case 'checksum-type-differs':
      return new S3Error(
        'InvalidRequest',
        `The upload was created using the ${outcome.expected} checksum mode. The complete request must use the same checksum mode.`,
      );
    case 'checksum-differs':
      return checksumDiffersError(outcome);
    case 'part-checksum-missing':
      return new S3Error(
        'InvalidRequest',
        `The upload was created using a ${outcome.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${outcome.number} in the request.`,
      );
    case 'part-checksum-foreign':
      return new S3Error(
        'BadDigest',
        `The ${outcome.algorithm} you specified for part ${outcome.number} did not match what we received.`,
      );
  }
}

function invalidPart(number: number, request: Request): S3Error {
  const listed = request.MultipartUpload?.Parts?.find((part) => part.PartNumber === number);
  const fields = { UploadId: request.UploadId, PartNumber: String(number), ETag: listed?.ETag ?? '' };
  return new S3Error('InvalidPart', undefined, { fields });
}
