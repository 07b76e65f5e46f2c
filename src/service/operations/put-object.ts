// PutObject: stores a body under a key.

import type { OperationCall } from '../../bus/operation.ts';
import type { PutObjectReply, PutObjectRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import type { IncomingBody } from '../../core/body.ts';
import { OBJECT_BYTES_MAX } from '../../core/limits.ts';
import type { PutOutcome } from '../../objects/object-store.ts';
import { enterBucket, noSuchBucket } from '../access.ts';
import { checksumFieldsOf, withClaims } from '../checksums.ts';
import { conditionsOf } from '../conditions.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { contentHeadersOf, userMetadataOf } from '../object-headers.ts';
import { noSuchKey, requireKey } from '../object-key.ts';
import { quoted } from '../object-reading.ts';

type Stored = PutOutcome & { kind: 'stored' };

export function putObject(parts: ServiceParts): TypedHandler<'PutObject'> {
  return async (request, call) => {
    requireKey(request.Key);
    const body = bodyOf(request, call);
    const content = { headers: contentHeadersOf(request), meta: userMetadataOf(request.Metadata) };
    const bucket = await enterBucket(parts, call, request, 's3:PutObject');
    const { requestId } = call.context;
    const put = { bucket, key: request.Key, conditions: conditionsOf(request), ...content, requestId };
    const outcome = await parts.objects.put(put, body, call.signal);
    if (outcome.kind !== 'stored') throw putErrorOf(outcome.kind, request);
    return { result: resultOf(outcome), headers: warningsOf(outcome) };
  };
}

function bodyOf(request: Readonly<PutObjectRequest>, call: OperationCall): IncomingBody {
  const { body } = call;
  if (body === undefined) throw new S3Error('MissingContentLength');
  if (request.ContentLength !== undefined && request.ContentLength !== body.lengthBytes) {
    throw new S3Error('IncompleteBody');
  }
  if (body.lengthBytes > OBJECT_BYTES_MAX) {
    const fields = { ProposedSize: String(body.lengthBytes), MaxSizeAllowed: String(OBJECT_BYTES_MAX) };
    throw new S3Error('EntityTooLarge', undefined, { fields });
  }
  return withClaims(body, request);
}

function resultOf({ record }: Stored): PutObjectReply {
  const reply: PutObjectReply = { ETag: quoted(record.etag) };
  if (record.checksums === undefined) return reply;
  return { ...reply, ...checksumFieldsOf(record), ChecksumType: 'FULL_OBJECT' };
}

/** What an operator wants to know of a write that succeeded all the same. */
function warningsOf({ missingShards, nearFull }: Stored): Record<string, string> {
  return {
    ...(missingShards === 0 ? {} : { 'X-Spx-Degraded-Write': String(missingShards) }),
    ...(nearFull ? { 'X-Predastore-Pool-Pressure': 'nearfull' } : {}),
  };
}

function putErrorOf(
  kind: Exclude<PutOutcome['kind'], 'stored'>,
  request: Readonly<PutObjectRequest>,
): S3Error {
  switch (kind) {
    case 'precondition-failed':
      return new S3Error('PreconditionFailed');
    case 'no-such-key':
      return noSuchKey(request.Key);
    case 'no-such-bucket':
      return noSuchBucket(request.Bucket);
    case 'conflict':
      return new S3Error('ConditionalRequestConflict');
  }
}
