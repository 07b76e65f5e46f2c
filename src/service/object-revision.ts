// Changing what a version of an object has beside its bytes, as the operations on tags do. A change that gives nothing is refused by the
// lock of the version.

import type { OperationCall } from '../bus/operation.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { ReviseRequest } from '../objects/object-store.ts';
import { enterBucket } from './access.ts';
import type { ServiceParts } from './handler.ts';
import { requireKey } from './object-key.ts';
import { objectLocked } from './object-lock.ts';
import { absenceErrorOf } from './object-reading.ts';
import { versionFieldOf, versionOf } from './version-id.ts';

interface Revision {
  readonly request: {
    readonly Bucket: string;
    readonly Key: string;
    readonly VersionId?: string;
    readonly ExpectedBucketOwner?: string;
  };
  readonly action: string;
  /** Where the caller was let in for this action already. */
  readonly bucket?: BucketRecord;
}

/** Resolves with what the reply says of the version. */
export async function reviseVersion(
  parts: ServiceParts,
  call: OperationCall,
  { request, action, bucket: entered }: Revision,
  change: ReviseRequest['change'],
): Promise<{ VersionId?: string }> {
  requireKey(request.Key);
  const version = versionOf(request.VersionId);
  const bucket = entered ?? (await enterBucket(parts, call, request, action));
  const { requestId } = call.context;
  const outcome = await parts.objects.revise({ bucket, key: request.Key, ...version, change, requestId });
  if (outcome.kind === 'conflict') throw new S3Error('OperationAborted');
  if (outcome.kind === 'refused') throw objectLocked();
  if (outcome.kind !== 'revised') throw absenceErrorOf(outcome, request);
  return versionFieldOf(outcome.record, bucket, request.VersionId);
}
