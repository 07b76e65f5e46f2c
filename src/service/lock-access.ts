// Who may do what with the locks of versions, and where there are any.

import type { OperationCall } from '../bus/operation.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { enterBucket, mayOnKey, type KeyRequest } from './access.ts';
import type { ServiceParts } from './handler.ts';
import { requireKey } from './object-key.ts';
import { isLock, type Lock, type LockSight } from './object-lock.ts';
import { readErrorOf } from './object-reading.ts';
import { versionOf } from './version-id.ts';

interface LockRequest {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
  readonly ExpectedBucketOwner?: string;
}

/** The bucket of a request that locks a version, once it is clear that the caller may and that there are locks. */
export async function enterLockingBucket(
  parts: ServiceParts,
  call: OperationCall,
  request: LockRequest,
  action: string,
): Promise<BucketRecord> {
  requireKey(request.Key);
  const bucket = await enterBucket(parts, call, request, action);
  await requireLocks(parts, bucket, 'Bucket is missing Object Lock Configuration');
  return bucket;
}

/** The lock of the version that a request asks for, once it is clear that the caller may. */
export async function askedLock(
  parts: ServiceParts,
  call: OperationCall,
  request: LockRequest,
  action: string,
): Promise<Lock> {
  const { Key: key, VersionId } = request;
  requireKey(key);
  const version = versionOf(VersionId);
  const bucket = await enterBucket(parts, call, request, action);
  const found = await parts.objects.head({ bucket, key, ...version, conditions: {}, recordOnly: true });
  if (found.kind !== 'found') throw readErrorOf(found, request);
  await requireLocks(parts, bucket, 'Bucket is missing Object Lock Configuration');
  return found.record;
}

/** For a write that may bring a lock: refuses one where there are no locks, and one of somebody who did not sign. */
export async function requireLockable(
  parts: ServiceParts,
  { context }: OperationCall,
  bucket: BucketRecord,
  lock: Lock,
): Promise<void> {
  if (!isLock(lock)) return;
  await requireLocks(parts, bucket, 'Bucket is missing ObjectLockConfiguration');
  if (context.accountId !== undefined) return;
  throw new S3Error(
    'InvalidArgument',
    'Put Object requests with Object Lock parameters require AWS Signature Version 4',
    { fields: { ArgumentName: 'Authorization' } },
  );
}

async function requireLocks({ buckets }: ServiceParts, bucket: BucketRecord, words: string): Promise<void> {
  if (bucket.settings?.objectLock !== undefined) return;
  // Perhaps this node has not seen yet that there are.
  const current = await buckets.head(bucket.name);
  if (current?.id === bucket.id && current.settings?.objectLock !== undefined) return;
  throw new S3Error('InvalidRequest', words);
}

/** Whether a retention of mode GOVERNANCE does not count: for those who say so and may. */
export async function bypassesGovernance(
  parts: ServiceParts,
  call: OperationCall,
  bucket: BucketRecord,
  request: KeyRequest & { readonly BypassGovernanceRetention?: boolean },
): Promise<boolean> {
  const { BypassGovernanceRetention: asks = false, Key, VersionId } = request;
  if (!asks) return false;
  return mayOnKey(parts, call, bucket, { action: 's3:BypassGovernanceRetention', Key, VersionId });
}

const BLIND: LockSight = { retention: false, legalHold: false };

/** What a reader may see of locks: what it might ask for by itself. */
export function lockSightOf(
  parts: ServiceParts,
  call: OperationCall,
  bucket: BucketRecord,
  { Key, VersionId }: KeyRequest,
): LockSight | Promise<LockSight> {
  if (bucket.settings?.objectLock === undefined) return BLIND;
  const may = (action: string): Promise<boolean> => mayOnKey(parts, call, bucket, { action, Key, VersionId });
  return Promise.all([may('s3:GetObjectRetention'), may('s3:GetObjectLegalHold')]).then(
    ([retention, legalHold]) => ({ retention, legalHold }),
  );
}
