// CreateMultipartUpload: begins an upload. What the object will be called, carry and be checked by is fixed here.

import type { CreateMultipartUploadRequest } from '../../contracts/generated/messages.ts';
import type { ObjectProperties } from '../../contracts/records.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import type { CreateUploadRequest } from '../../objects/multipart-store.ts';
import { newObjectAcl } from '../access-lists.ts';
import { enterBucket, noSuchBucket } from '../access.ts';
import { digestOf, type ChecksumAlgorithm, type ChecksumType } from '../checksums.ts';
import { encryptionOf, writeKeyOf } from '../customer-key.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { abortFieldsOf } from '../lifecycle-fields.ts';
import { requireLockable } from '../lock-access.ts';
import { contentHeadersOf, userMetadataOf } from '../object-headers.ts';
import { requireKey } from '../object-key.ts';
import { requestedLock } from '../object-lock.ts';
import { requestedProperties } from '../object-properties.ts';
import { taggingOf } from '../object-tags.ts';

export function createMultipartUpload(parts: ServiceParts): TypedHandler<'CreateMultipartUpload'> {
  return async (request, call) => {
    const { Bucket, Key } = request;
    requireKey(Key);
    const content = { headers: contentHeadersOf(request), meta: userMetadataOf(request.Metadata) };
    const tagging = taggingOf(request.Tagging);
    const requested = requestedProperties(request);
    const lock = requestedLock(request, parts.nowMs());
    const checksum = checksumOf(request);
    const bucket = await enterBucket(parts, call, request, 's3:PutObject');
    const key = writeKeyOf(request);
    await requireLockable(parts, call, bucket, lock);
    const { accountId: account = bucket.account, requestId } = call.context;
    const properties = definedFields<ObjectProperties>({
      ...tagging,
      ...requested,
      ...lock,
      acl: newObjectAcl(parts, call, bucket, request),
    });
    const creation: CreateUploadRequest = {
      bucket,
      key: Key,
      ...content,
      ...key,
      properties,
      account,
      requestId,
    };
    const outcome = await parts.multipart.create(
      checksum === undefined
        ? creation
        : {
            ...creation,
            checksum: { algorithm: digestOf(checksum.ChecksumAlgorithm), type: checksum.ChecksumType },
          },
    );
    if (outcome.kind === 'no-such-bucket') throw noSuchBucket(Bucket);
    const encryption = encryptionOf(key, request);
    const aborted = abortFieldsOf(bucket, { key: Key, initiated: outcome.initiated });
    return { result: { Bucket, Key, UploadId: outcome.uploadId, ...checksum, ...encryption, ...aborted } };
  };
}

interface UploadChecksum {
  readonly ChecksumAlgorithm: NonNullable<CreateMultipartUploadRequest['ChecksumAlgorithm']>;
  readonly ChecksumType: ChecksumType;
}

function checksumOf(request: Readonly<CreateMultipartUploadRequest>): UploadChecksum | undefined {
  const { ChecksumAlgorithm: algorithm, ChecksumType: type } = request;
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const possible = typesOf(algorithm);
  const chosen = type ?? possible[0] ?? 'COMPOSITE';
  if (possible.includes(chosen)) return { ChecksumAlgorithm: algorithm, ChecksumType: chosen };
  throw new S3Error(
    'InvalidRequest',
    `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/** Only CRCs can be combined to that of the whole, and CRC64NVME is only ever used so. The first is the default. */
function typesOf(algorithm: ChecksumAlgorithm): readonly ChecksumType[] {
  if (algorithm === 'CRC64NVME') return ['FULL_OBJECT'];
  return algorithm.startsWith('CRC') ? ['COMPOSITE', 'FULL_OBJECT'] : ['COMPOSITE'];
}
