// PutObject: stores a body under a key.

import type { PutObjectReply } from '../../contracts/generated/messages.ts';
import type { ObjectProperties } from '../../contracts/records.ts';
import { OBJECT_BYTES_MAX } from '../../core/limits.ts';
import type { PutOutcome } from '../../objects/object-store.ts';
import { newObjectAcl } from '../access-lists.ts';
import { enterBucket } from '../access.ts';
import { checksumFieldsOf } from '../checksums.ts';
import { commitErrorOf } from '../commit-errors.ts';
import { conditionsOf } from '../conditions.ts';
import { encryptionOf, writeKeyOf } from '../customer-key.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { expirationFieldOf } from '../lifecycle-fields.ts';
import { requireLockable } from '../lock-access.ts';
import { requestBody, writeWarnings } from '../object-body.ts';
import { contentHeadersOf, userMetadataOf } from '../object-headers.ts';
import { requireKey } from '../object-key.ts';
import { requestedLock, requireDigest } from '../object-lock.ts';
import { requestedProperties } from '../object-properties.ts';
import { quoted } from '../object-reading.ts';
import { taggingOf } from '../object-tags.ts';
import { writtenVersionOf } from '../version-id.ts';

type Stored = PutOutcome & { kind: 'stored' };

export function putObject(parts: ServiceParts): TypedHandler<'PutObject'> {
  return async (request, call) => {
    requireKey(request.Key);
    const body = requestBody(request, call, OBJECT_BYTES_MAX);
    const content = { headers: contentHeadersOf(request), meta: userMetadataOf(request.Metadata) };
    const tagging = taggingOf(request.Tagging);
    const requested = requestedProperties(request);
    const lock = requestedLock(request, parts.nowMs());
    const bucket = await enterBucket(parts, call, request, 's3:PutObject');
    const key = writeKeyOf(request);
    await requireLockable(parts, call, bucket, lock);
    requireDigest(bucket, lock, { request, body });
    const { requestId } = call.context;
    const properties = definedFields<ObjectProperties>({
      ...tagging,
      ...requested,
      ...lock,
      acl: newObjectAcl(parts, call, bucket, request),
    });
    const put = {
      bucket,
      key: request.Key,
      conditions: conditionsOf(request),
      ...content,
      properties,
      ...key,
      requestId,
    };
    const outcome = await parts.objects.put(put, body, call.signal);
    if (outcome.kind !== 'stored') throw commitErrorOf(outcome.kind, request);
    return {
      result: {
        ...resultOf(outcome),
        ...encryptionOf(outcome.record, request),
        ...expirationFieldOf(bucket, request.Key, outcome.record),
      },
      headers: writeWarnings(outcome),
    };
  };
}

function resultOf({ record }: Stored): PutObjectReply {
  const reply: PutObjectReply = { ETag: quoted(record.etag), ...writtenVersionOf(record) };
  if (record.checksums === undefined) return reply;
  return { ...reply, ...checksumFieldsOf(record), ChecksumType: 'FULL_OBJECT' };
}
