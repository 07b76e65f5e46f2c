// Where a copy reads from: the CopySource of a request, whether the caller may read it, and what S3 says when it cannot be read.

import type { OperationCall } from '../bus/operation.ts';
import type { CopyObjectRequest } from '../contracts/generated/messages.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { CopySource, SourceRefusal } from '../objects/multipart-store.ts';
import { enterBucket, mayOnKey, noSuchBucket } from './access.ts';
import { conditionsOf, preconditionFailed } from './conditions.ts';
import { keyErrorOf, sourceKeyOf, type SourceKeyFields } from './customer-key.ts';
import type { ServiceParts } from './handler.ts';
import { noSuchKey, requireKey } from './object-key.ts';
import { invalidArgument } from './part-number.ts';
import { noSuchVersion, versionFieldOf, versionOf } from './version-id.ts';

type SourceRequest = Readonly<
  Pick<
    CopyObjectRequest,
    | 'CopySource'
    | 'CopySourceIfMatch'
    | 'CopySourceIfNoneMatch'
    | 'CopySourceIfModifiedSince'
    | 'CopySourceIfUnmodifiedSince'
    | 'ExpectedSourceBucketOwner'
  >
> &
  SourceKeyFields;

const ARGUMENT = 'x-amz-copy-source';
const MARKER_NAMED =
  'The source of a copy request may not specifically refer to a delete marker by version id.';
const VERSION = /\?versionId=([^?]*)$/;

/** Finds the source and checks that the caller may read it. */
export async function enterSource(
  parts: ServiceParts,
  call: OperationCall,
  request: SourceRequest,
): Promise<CopySource> {
  const { bucketName, key, versionId } = parseCopySource(request.CopySource);
  requireKey(key);
  const version = versionOf(versionId);
  const entrance = {
    Bucket: bucketName,
    Key: key,
    ExpectedBucketOwner: request.ExpectedSourceBucketOwner,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
  const bucket = await enterBucket(parts, call, entrance, 's3:GetObject');
  const conditions = conditionsOf(conditionFieldsOf(request));
  return { bucket, key, ...version, conditions, ...sourceKeyOf(request) };
}

/** A copy takes the tags of its source along, and that needs the permissions of reading and writing them. */
export async function requireTagCopy(
  parts: ServiceParts,
  call: OperationCall,
  from: CopySource,
  to: { readonly bucket: BucketRecord; readonly key: string },
): Promise<void> {
  const { bucket, key, versionId } = from;
  const reads = { action: 's3:GetObjectTagging', Key: key, VersionId: versionId };
  const writes = { action: 's3:PutObjectTagging', Key: to.key };
  const may =
    (await mayOnKey(parts, call, bucket, reads)) && (await mayOnKey(parts, call, to.bucket, writes));
  if (may) return;
  const version = versionId === undefined ? {} : { versionId };
  const source = await parts.objects.head({ bucket, key, conditions: {}, ...version });
  const isTagged = source.kind === 'found' && Object.keys(source.record.tags ?? {}).length > 0;
  if (isTagged) throw new S3Error('AccessDenied');
}

export interface NamedSource {
  readonly bucketName: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** `bucket/key`, percent-encoded, with or without a leading slash, and the version after it. */
export function parseCopySource(text: string): NamedSource {
  const versionId = VERSION.exec(text)?.[1];
  const path = decode(text.replace(VERSION, '')).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash < 1 || slash === path.length - 1) {
    const words = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
    throw invalidArgument(words, ARGUMENT, text);
  }
  return { bucketName: path.slice(0, slash), key: path.slice(slash + 1), versionId };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // What it throws says no more than this.
    throw invalidArgument('Invalid copy source encoding', ARGUMENT, text);
  }
}

export function sourceErrorOf(
  { refusal }: SourceRefusal,
  request: SourceRequest & { readonly CopySourceRange?: string },
): S3Error {
  const { bucketName, key, versionId } = parseCopySource(request.CopySource);
  switch (refusal.kind) {
    case 'precondition-failed':
      return preconditionFailed(conditionFieldsOf(request), 'x-amz-copy-source-');
    case 'no-such-key':
      return noSuchKey(key);
    case 'no-such-version':
      return noSuchVersion(key, versionId);
    case 'delete-marker':
      return refusal.isNamed ? new S3Error('InvalidRequest', MARKER_NAMED) : noSuchKey(key);
    case 'no-such-bucket':
      return noSuchBucket(bucketName);
    case 'invalid-range':
      return invalidArgument(
        `Range specified is not valid for source object of size: ${refusal.sizeBytes}`,
        'x-amz-copy-source-range',
        request.CopySourceRange ?? '',
      );
    default:
      return keyErrorOf(refusal.kind);
  }
}

/** The conditions on the source, under the names that those on an object have. */
function conditionFieldsOf(request: SourceRequest): Parameters<typeof conditionsOf>[0] {
  return {
    IfMatch: request.CopySourceIfMatch,
    IfNoneMatch: request.CopySourceIfNoneMatch,
    IfModifiedSince: request.CopySourceIfModifiedSince,
    IfUnmodifiedSince: request.CopySourceIfUnmodifiedSince,
  };
}

/** What a reply says of the version that was copied. */
export function sourceVersionOf(
  record: ObjectRecord,
  { bucket, versionId }: CopySource,
): { CopySourceVersionId?: string } {
  const { VersionId } = versionFieldOf(record, bucket, versionId);
  return VersionId === undefined ? {} : { CopySourceVersionId: VersionId };
}
