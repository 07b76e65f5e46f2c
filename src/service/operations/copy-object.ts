// CopyObject: makes an object of the bytes of another one.

import type { CopyObjectReply, CopyObjectRequest } from '../../contracts/generated/messages.ts';
import type { ObjectRecord } from '../../contracts/records.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import type { CopyOutcome, CopyRequest } from '../../objects/multipart-store.ts';
import { newObjectAcl } from '../access-lists.ts';
import { enterBucket } from '../access.ts';
import { digestOf, typedChecksumsOf } from '../checksums.ts';
import { commitErrorOf } from '../commit-errors.ts';
import { conditionsOf } from '../conditions.ts';
import { enterSource, requireTagCopy, sourceErrorOf, sourceVersionOf } from '../copy-source.ts';
import { encryptionOf, writeKeyOf } from '../customer-key.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { expirationFieldOf } from '../lifecycle-fields.ts';
import { requireLockable } from '../lock-access.ts';
import { writeWarnings } from '../object-body.ts';
import { contentHeadersOf, userMetadataOf } from '../object-headers.ts';
import { requireKey } from '../object-key.ts';
import { requestedLock } from '../object-lock.ts';
import { requestedProperties } from '../object-properties.ts';
import { quoted } from '../object-reading.ts';
import { taggingOf } from '../object-tags.ts';
import { writtenVersionOf } from '../version-id.ts';

type Request = Readonly<CopyObjectRequest>;

const POINTLESS =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";

export function copyObject(parts: ServiceParts): TypedHandler<'CopyObject'> {
  return async (request, call) => {
    requireKey(request.Key);
    const requested = requestedProperties(request);
    const lock = requestedLock(request, parts.nowMs());
    const replace = request.MetadataDirective === 'REPLACE' ? replacementOf(request) : undefined;
    const bucket = await enterBucket(parts, call, request, 's3:PutObject');
    const key = writeKeyOf(request);
    const source = await enterSource(parts, call, request);
    await requireLockable(parts, call, bucket, lock);
    if (request.TaggingDirective !== 'REPLACE') {
      await requireTagCopy(parts, call, source, { bucket, key: request.Key });
    }
    const { ChecksumAlgorithm: algorithm } = request;
    const copy = definedFields<CopyRequest>({
      bucket,
      key: request.Key,
      source,
      customerKey: key.customerKey,
      namesEncryption: request.ServerSideEncryption !== undefined ? true : undefined,
      conditions: conditionsOf(request),
      replace,
      tags: request.TaggingDirective === 'REPLACE' ? (taggingOf(request.Tagging).tags ?? {}) : undefined,
      checksum: algorithm === undefined ? undefined : digestOf(algorithm),
      properties: definedFields({ ...requested, ...lock, acl: newObjectAcl(parts, call, bucket, request) }),
      requestId: call.context.requestId,
    });
    const outcome = await parts.multipart.copy(copy, call.signal);
    if (outcome.kind !== 'copied') throw copyErrorOf(outcome, request);
    const result = {
      ...describe(outcome.record),
      ...encryptionOf(outcome.record, request),
      ...writtenVersionOf(outcome.record),
      ...sourceVersionOf(outcome.source, source),
      ...expirationFieldOf(bucket, request.Key, outcome.record),
    };
    return { result, headers: writeWarnings(outcome) };
  };
}

function replacementOf(request: Request): NonNullable<CopyRequest['replace']> {
  return { headers: contentHeadersOf(request), meta: userMetadataOf(request.Metadata) };
}

function describe(record: ObjectRecord): CopyObjectReply {
  const CopyObjectResult = {
    ETag: quoted(record.etag),
    LastModified: record.modified,
    ...typedChecksumsOf(record),
  };
  return { CopyObjectResult };
}

function copyErrorOf(outcome: Exclude<CopyOutcome, { kind: 'copied' }>, request: Request): S3Error {
  switch (outcome.kind) {
    case 'source':
      return sourceErrorOf(outcome, request);
    case 'pointless':
      return new S3Error('InvalidRequest', POINTLESS);
    default:
      return commitErrorOf(outcome.kind, request);
  }
}
