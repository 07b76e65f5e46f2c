// The door of every operation: finds the bucket, finds out what the caller is, and asks whether the caller may. Alike for HTTP
// and NATS callers.
//
// Invariants:
//  1. Fails closed: no account is anybody, a malformed account or a principal of another account is nobody, a principal that
//     no source knows may do nothing on its own.
//  2. Trouble of an identity source is thrown (503), never taken for a yes or a no.
//  3. A credential for every account stands for the account that owns the bucket, and for no other.
//  4. Whether a key exists is told only to those who may list the bucket, as AWS has it.

import type { CallContext, OperationCall } from '../bus/operation.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import { isBucketName } from '../core/bucket-name.ts';
import { authorize, type AccessQuestion, type OwnedBucket, type StoredObject } from '../auth/authorize.ts';
import { compileBucketAccess, type BucketAccess } from '../auth/bucket-access.ts';
import { accountOfArn, isRootArn, type Identity } from '../auth/identity.ts';
import { accountCaller, ANYBODY } from '../auth/policy/principal.ts';
import { accessDenied } from './access-denied.ts';
import { definedFields, type ServiceParts } from './handler.ts';
import { requestValuesOf } from './request-values.ts';
import { requiredActions } from './required-actions.ts';

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

/** The same for its policy, which no other account gets at, whatever it says of them. */
export async function enterOwnBucket(
  parts: ServiceParts,
  call: OperationCall,
  request: BucketRequest,
  action: string,
): Promise<BucketRecord> {
  const bucket = await enterCurrentBucket(parts, call, request, action);
  if (!isOfEveryAccount(parts, call.context) && accountOf(call.context) !== bucket.account) {
    throw new S3Error('MethodNotAllowed');
  }
  return bucket;
}

/** The bucket of a request whose items are judged one by one (`mayOnKey`): nothing is allowed by this yet. */
export async function findBucket(parts: ServiceParts, request: BucketRequest): Promise<BucketRecord> {
  requireBucketName(request.Bucket);
  const bucket = await parts.buckets.resolve(request.Bucket);
  if (bucket === undefined) throw noSuchBucket(request.Bucket);
  requireExpectedOwner(bucket, request);
  return bucket;
}

/** For operations without an existing bucket: who asks, once it is clear that they may. */
export async function requireAccount(
  parts: ServiceParts,
  call: OperationCall,
  action: string,
  bucketName?: string,
): Promise<string> {
  const { context } = call;
  const account = accountOf(context);
  const identity = await identityOf(parts, context);
  const bucket = bucketName === undefined ? {} : { bucket: { name: bucketName } };
  for (const needed of requiredActions(action, call.parameters)) {
    const values = valuesOf(parts, call, { identity, request: call.parameters });
    const question = { action: needed, ...whoIs(identity), ...bucket, values };
    if (authorize(question) !== 'allow') throw accessDenied(question);
  }
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

/** Which object of a bucket an action is about. */
export interface KeyRequest {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  /** Of a listing. */
  readonly Prefix?: string | undefined;
  /** Of a deletion. */
  readonly IfMatch?: string | undefined;
  readonly IfMatchLastModifiedTime?: string | undefined;
  readonly IfMatchSize?: number | undefined;
}

/** Whether the caller may do something to one key, for operations on many. */
export async function mayOnKey(
  parts: ServiceParts,
  call: OperationCall,
  bucket: BucketRecord,
  request: KeyRequest & { readonly action: string },
): Promise<boolean> {
  return (await refusalOnKey(parts, call, bucket, request)) === undefined;
}

async function refusalOnKey(
  parts: ServiceParts,
  call: OperationCall,
  bucket: BucketRecord,
  { action, ...request }: KeyRequest & { readonly action: string },
): Promise<AccessQuestion | undefined> {
  const identity = standingIn(parts, call.context, await identityOf(parts, call.context), bucket);
  if (isPlainlyOwn(parts, identity, bucket)) return undefined;
  return refusalOf(parts, call, { identity, bucket, action, request: definedFields({ ...request }) });
}

/**
 * Which of many keys the caller may not touch, in their order: each of them fails by itself. Somebody from outside the owning
 * account who may touch none of them is refused as a whole.
 */
export async function refusedKeys(
  parts: ServiceParts,
  call: OperationCall,
  bucket: BucketRecord,
  { action, keys }: { readonly action: string; readonly keys: readonly KeyRequest[] },
): Promise<readonly boolean[]> {
  const refused: boolean[] = [];
  for (const key of keys) refused.push(!(await mayOnKey(parts, call, bucket, { ...key, action })));
  const isOwn = accountOf(call.context) === bucket.account;
  if (!isOwn && refused.every(Boolean)) throw new S3Error('AccessDenied');
  return refused;
}

/** What must not be given away to everybody. */
export interface Hidden {
  readonly bucketName: string;
  readonly key?: string;
}

/**
 * What to say of a key that is not there: nothing, unless the caller may list it. AWS answers 403 where a 404 would tell
 * somebody what exists; to a policy that allows listings of some prefixes only, the key stands for the prefix.
 */
export async function concealed(
  parts: ServiceParts,
  call: OperationCall,
  { bucketName, key }: Hidden,
  error: S3Error,
): Promise<S3Error> {
  const bucket = await parts.buckets.resolve(bucketName);
  if (bucket === undefined) return error;
  const refusal = await refusalOnKey(parts, call, bucket, { action: 's3:ListBucket', Prefix: key });
  return refusal === undefined ? error : accessDenied(refusal, error);
}

/** How the access of a bucket is set up; compiled once for each record. */
export function accessOf(parts: Pick<ServiceParts, 'accounts'>, bucket: BucketRecord): BucketAccess {
  const known = compiled.get(bucket);
  if (known !== undefined) return known;
  const aliases = (name: string): string | undefined => parts.accounts.principalOf(name);
  const access = compileBucketAccess(bucket.name, bucket.settings ?? {}, aliases);
  compiled.set(bucket, access);
  return access;
}

/** The view of a node holds one record for each bucket until it changes. */
const compiled = new WeakMap<BucketRecord, BucketAccess>();

interface Entrance {
  readonly request: BucketRequest;
  readonly action: string;
  readonly bucket: BucketRecord | undefined;
}

async function admit(parts: ServiceParts, call: OperationCall, entrance: Entrance): Promise<BucketRecord> {
  const { bucket, request, action } = entrance;
  if (bucket === undefined) throw noSuchBucket(request.Bucket);
  const found = identityOf(parts, call.context);
  const known = found instanceof Promise ? await found : found;
  const identity = standingIn(parts, call.context, known, bucket);
  if (!isPlainlyOwn(parts, identity, bucket)) {
    const fields: Readonly<Record<string, unknown>> = { ...request };
    const refusal = await refusalOf(parts, call, { identity, bucket, action, request: fields });
    if (refusal !== undefined) throw accessDenied(refusal);
  }
  requireExpectedOwner(bucket, request);
  return bucket;
}

function requireExpectedOwner(bucket: BucketRecord, { ExpectedBucketOwner: expected }: BucketRequest): void {
  if (expected !== undefined && expected !== bucket.account) throw new S3Error('AccessDenied');
}

/** The account whose buckets are asked for: the caller's own, or any for a credential that acts in all of them. */
export function accountAskedFor(
  parts: ServiceParts,
  { context }: OperationCall,
  own: string,
  asked: string | undefined,
): string {
  if (asked === undefined || asked === own || isOfEveryAccount(parts, context)) return asked ?? own;
  throw new S3Error('AccessDenied');
}

function isOfEveryAccount(parts: ServiceParts, { principalArn }: CallContext): boolean {
  return principalArn !== undefined && parts.everyAccountPrincipals?.has(principalArn) === true;
}

/** Who somebody is in a bucket. What narrows a credential narrows it everywhere. */
function standingIn(
  parts: ServiceParts,
  context: CallContext,
  identity: Identity | undefined,
  bucket: BucketRecord,
): Identity | undefined {
  if (identity === undefined || !isOfEveryAccount(parts, context)) return identity;
  return { ...identity, caller: accountCaller(bucket.account, identity.caller.arns) };
}

/** Nearly every request: an account in its own bucket, where nothing was set that could narrow or widen anything. */
function isPlainlyOwn(parts: ServiceParts, identity: Identity | undefined, bucket: BucketRecord): boolean {
  return (
    identity !== undefined &&
    identity.policies === undefined &&
    identity.caller.accountId === bucket.account &&
    (bucket.settings === undefined || accessOf(parts, bucket).plain)
  );
}

interface Question {
  readonly identity: Identity | undefined;
  readonly bucket: BucketRecord;
  readonly action: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The first question that is answered with no; undefined: the caller may. */
async function refusalOf(
  parts: ServiceParts,
  call: OperationCall,
  question: Question,
): Promise<AccessQuestion | undefined> {
  const actions = requiredActions(question.action, question.request);
  const creates = question.action === 's3:PutObject';
  for (const action of actions) {
    const asked = { ...question, action };
    // A condition on the object that a new one replaces is a question to the old one.
    const isNew = creates && action !== 's3:GetObject';
    const first = questionOf(parts, call, asked, isNew ? 'new' : 'unknown');
    const verdict = authorize(first);
    if (verdict === 'allow') continue;
    const refusal = verdict === 'deny' ? first : await refusalOfObject(parts, call, asked);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Asks again with the stored object; where there is none, its owner and those who may list the bucket learn so later. */
async function refusalOfObject(
  parts: ServiceParts,
  call: OperationCall,
  question: Question,
): Promise<AccessQuestion | undefined> {
  const object = await storedObject(parts, question);
  const asked = questionOf(parts, call, question, object);
  if (authorize(asked) === 'allow') return undefined;
  if (object !== undefined) return asked;
  const request = { ...question.request, Prefix: question.request['Key'] };
  const listing = questionOf(parts, call, { ...question, action: 's3:ListBucket', request }, undefined);
  return authorize(listing) === 'allow' ? undefined : listing;
}

async function storedObject(
  { objects }: ServiceParts,
  { bucket, request }: Question,
): Promise<ObjectRecord | undefined> {
  const { Key: key, VersionId: versionId } = request as KeyRequest;
  if (key === undefined) return undefined;
  const version = versionId === undefined ? {} : { versionId };
  const outcome = await objects.head({ bucket, key, conditions: {}, ...version, recordOnly: true });
  return outcome.kind === 'found' ? outcome.record : undefined;
}

function questionOf(
  parts: ServiceParts,
  call: OperationCall,
  { identity, bucket, action, request }: Question,
  object: ObjectRecord | 'new' | 'unknown' | undefined,
): AccessQuestion {
  const stored = typeof object === 'object' ? object : undefined;
  const key = request['Key'];
  return {
    action,
    ...whoIs(identity),
    bucket: bucket satisfies OwnedBucket,
    access: accessOf(parts, bucket),
    key: typeof key === 'string' ? key : undefined,
    object: object satisfies StoredObject | 'new' | 'unknown' | undefined,
    values: valuesOf(parts, call, { identity, request, bucket, object: stored }),
  };
}

function whoIs(identity: Identity | undefined): Pick<Parameters<typeof authorize>[0], 'caller' | 'identity'> {
  return { caller: identity?.caller ?? ANYBODY, identity: identity?.policies };
}

function valuesOf(
  { region, nowMs }: ServiceParts,
  { context, operation }: OperationCall,
  sources: {
    readonly identity: Identity | undefined;
    readonly request: Readonly<Record<string, unknown>>;
    readonly bucket?: BucketRecord;
    readonly object?: ObjectRecord | undefined;
  },
): ReturnType<typeof requestValuesOf> {
  return requestValuesOf({
    bucket: undefined,
    object: undefined,
    ...sources,
    context,
    operation,
    region,
    nowMs: nowMs(),
  });
}

/** Who asks; undefined: nobody in particular. */
function identityOf(
  parts: ServiceParts,
  context: CallContext,
): Identity | undefined | Promise<Identity | undefined> {
  const accountId = accountOf(context);
  const { principalArn } = context;
  if (accountId === undefined) {
    if (principalArn !== undefined) throw new S3Error('AccessDenied');
    return undefined;
  }
  if (principalArn !== undefined && accountOfArn(principalArn) !== accountId)
    throw new S3Error('AccessDenied');
  const found = parts.identities.identityOf(accountId, principalArn);
  if (found instanceof Promise) return found.then((identity) => resolved(identity, accountId, principalArn));
  return resolved(found, accountId, principalArn);
}

function resolved(
  found: Identity | 'suspended' | undefined,
  accountId: string,
  principalArn: string | undefined,
): Identity {
  if (found === 'suspended') throw new S3Error('AccessDenied');
  if (found !== undefined) return found;
  // Whoever may name an account on the bus may be that account; a principal that nobody knows has no policies.
  if (principalArn === undefined || isRootArn(principalArn)) return { caller: accountCaller(accountId) };
  return { caller: { accountId, arns: [principalArn], actsAsAccount: false }, policies: [] };
}

function accountOf(context: CallContext): string | undefined {
  const { accountId } = context;
  if (accountId === undefined || accountId === '') return undefined;
  if (!ACCOUNT_ID_PATTERN.test(accountId)) throw new S3Error('AccessDenied');
  return accountId;
}
