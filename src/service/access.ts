// The door of every operation: finds the bucket and asks whether the caller may. Alike for HTTP and NATS callers.
//
// Fails closed: a caller without an account may only read public buckets, a malformed account is nobody's.

import type { CallContext, OperationCall } from '../bus/operation.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { isBucketName } from '../core/bucket-name.ts';
import { authorize, type OwnedBucket } from '../auth/authorize.ts';
import type { ServiceParts } from './handler.ts';

const ACCOUNT_ID_PATTERN = /^[0-9]{12}$/;

interface BucketRequest {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** The bucket of a request, from where object operations look it up: fast, perhaps a moment old. */
export async function enterBucket(
  parts: ServiceParts,
  call: OperationCall,
  request: BucketRequest,
  action: string,
): Promise<BucketRecord> {
  requireBucketName(request.Bucket);
  return admit(parts, call, { request, action, bucket: await parts.buckets.resolve(request.Bucket) });
}

/** The same from the leader, for operations on the bucket itself. */
export async function enterCurrentBucket(
  parts: ServiceParts,
  call: OperationCall,
  request: BucketRequest,
  action: string,
): Promise<BucketRecord> {
  requireBucketName(request.Bucket);
  return admit(parts, call, { request, action, bucket: await parts.buckets.head(request.Bucket) });
}

/** For operations without an existing bucket: who asks, once it is clear that they may. */
export function requireAccount(
  parts: ServiceParts,
  context: CallContext,
  action: string,
  bucketName?: string,
): string {
  const account = accountOf(context);
  const bucket = bucketName === undefined ? undefined : { name: bucketName };
  requireAllowed(parts, context, action, bucket);
  if (account === undefined) throw new S3Error('AccessDenied');
  return account;
}

export function requireBucketName(name: string): void {
  if (!isBucketName(name))
    throw new S3Error('InvalidBucketName', undefined, { fields: { BucketName: name } });
}

export function noSuchBucket(name: string): S3Error {
  return new S3Error('NoSuchBucket', undefined, { fields: { BucketName: name } });
}

interface Entrance {
  readonly request: BucketRequest;
  readonly action: string;
  readonly bucket: BucketRecord | undefined;
}

function admit(parts: ServiceParts, { context }: OperationCall, entrance: Entrance): BucketRecord {
  const { bucket, request, action } = entrance;
  if (bucket === undefined) throw noSuchBucket(request.Bucket);
  requireAllowed(parts, context, action, bucket);
  const expected = request.ExpectedBucketOwner;
  if (expected !== undefined && expected !== bucket.account) throw new S3Error('AccessDenied');
  return bucket;
}

function requireAllowed(
  parts: ServiceParts,
  context: CallContext,
  action: string,
  bucket: OwnedBucket | { readonly name: string } | undefined,
): void {
  const accountId = accountOf(context);
  const { principalArn } = context;
  const policy = principalArn === undefined ? undefined : parts.policies.policyOf(principalArn);
  const verdict = authorize({ action, accountId, principalArn, bucket, policy });
  if (verdict === 'deny') throw new S3Error('AccessDenied');
}

function accountOf(context: CallContext): string | undefined {
  const { accountId } = context;
  if (accountId === undefined || accountId === '') return undefined;
  if (!ACCOUNT_ID_PATTERN.test(accountId)) throw new S3Error('AccessDenied');
  return accountId;
}
