// What a request says of itself, in the condition keys of policies.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html. A key that is not here has no
// value; policies say themselves what that means.

import type { CallContext } from '../bus/operation.ts';
import type {
  PutObjectLegalHoldRequest,
  PutObjectLockConfigurationRequest,
  PutObjectRequest,
  PutObjectRetentionRequest,
} from '../contracts/generated/messages.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { Identity } from '../auth/identity.ts';
import type { RequestValue, RequestValues } from '../auth/policy/pattern.ts';

export interface ValueSources {
  readonly context: CallContext;
  /** The AWS name. */
  readonly operation: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly identity: Identity | undefined;
  readonly bucket: BucketRecord | undefined;
  /** The stored object, where the decision asked for it. */
  readonly object: ObjectRecord | undefined;
  readonly region: string;
  readonly nowMs: number;
}

type Reader = (sources: ValueSources) => RequestValue;

const REQUEST_TAG = 's3:requestobjecttag/';
const EXISTING_TAG = 's3:existingobjecttag/';
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;

/** A parameter of the request. */
const parameter =
  (name: string): Reader =>
  ({ request }) => {
    const value = request[name];
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  };

/** What `s3:PutObject` permits: whether it makes an object by itself, or is a step on the way. */
const CREATIONS: ReadonlyMap<string, boolean> = new Map([
  ['PutObject', true],
  ['CopyObject', true],
  ['CompleteMultipartUpload', true],
  ['CreateMultipartUpload', false],
  ['UploadPart', false],
  ['UploadPartCopy', false],
]);

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['aws:sourceip', ({ context }) => context.origin?.sourceIp],
  ['aws:securetransport', ({ context }) => flag(context.origin?.secure)],
  ['aws:useragent', ({ context }) => context.origin?.userAgent],
  ['aws:referer', ({ context }) => context.origin?.referer],
  ['aws:currenttime', ({ nowMs }) => new Date(nowMs).toISOString()],
  ['aws:epochtime', ({ nowMs }) => String(Math.floor(nowMs / 1000))],
  ['aws:principalarn', ({ identity }) => principalArnOf(identity)],
  ['aws:principalaccount', ({ identity }) => identity?.caller.accountId],
  ['aws:principaltype', ({ identity }) => principalTypeOf(identity)],
  ['aws:username', ({ identity }) => identity?.userName],
  ['aws:userid', ({ identity }) => identity?.userId ?? identity?.caller.accountId],
  ['aws:requestedregion', ({ region }) => region],
  ['aws:resourceaccount', ({ bucket }) => bucket?.account],
  ['s3:resourceaccount', ({ bucket }) => bucket?.account],
  ['s3:authtype', ({ context }) => context.origin?.authType],
  [
    's3:signatureversion',
    ({ context }) => context.origin?.authType && (context.origin.signatureVersion ?? 'AWS4-HMAC-SHA256'),
  ],
  ['s3:signatureage', ({ context }) => numeral(context.origin?.signatureAgeMs)],
  ['s3:tlsversion', ({ context }) => context.origin?.tlsVersion],
  ['s3:x-amz-content-sha256', ({ context }) => context.origin?.contentSha256],
  ['s3:prefix', parameter('Prefix')],
  ['s3:delimiter', parameter('Delimiter')],
  ['s3:max-keys', parameter('MaxKeys')],
  ['s3:x-amz-acl', parameter('ACL')],
  ['s3:x-amz-grant-read', parameter('GrantRead')],
  ['s3:x-amz-grant-write', parameter('GrantWrite')],
  ['s3:x-amz-grant-read-acp', parameter('GrantReadACP')],
  ['s3:x-amz-grant-write-acp', parameter('GrantWriteACP')],
  ['s3:x-amz-grant-full-control', parameter('GrantFullControl')],
  ['s3:versionid', parameter('VersionId')],
  ['s3:x-amz-copy-source', ({ request }) => copySourceOf(request['CopySource'])],
  ['s3:x-amz-metadata-directive', parameter('MetadataDirective')],
  ['s3:x-amz-storage-class', parameter('StorageClass')],
  ['s3:if-match', parameter('IfMatch')],
  ['s3:if-none-match', parameter('IfNoneMatch')],
  ['s3:objectcreationoperation', ({ operation }) => flag(CREATIONS.get(operation))],
  ['s3:x-amz-website-redirect-location', parameter('WebsiteRedirectLocation')],
  ['s3:x-amz-server-side-encryption', parameter('ServerSideEncryption')],
  ['s3:x-amz-server-side-encryption-customer-algorithm', parameter('SSECustomerAlgorithm')],
  ['s3:x-amz-server-side-encryption-aws-kms-key-id', parameter('SSEKMSKeyId')],
  ['s3:x-amz-object-ownership', parameter('ObjectOwnership')],
  ['s3:locationconstraint', ({ request }) => locationOf(request['CreateBucketConfiguration'])],
  ['s3:object-lock-mode', ({ request }) => lockOf(request).mode],
  ['s3:object-lock-legal-hold', ({ request }) => lockOf(request).legalHold],
  ['s3:object-lock-retain-until-date', ({ request }) => lockOf(request).until],
  ['s3:object-lock-remaining-retention-days', remainingRetentionDays],
  ['s3:requestobjecttagkeys', ({ request }) => [...requestTags(request).keys()]],
]);

/** Looks keys up when a policy asks for them, and not before. */
export function requestValuesOf(sources: ValueSources): RequestValues {
  return (key) => {
    const reader = READERS.get(key);
    if (reader !== undefined) return reader(sources);
    if (key.startsWith(REQUEST_TAG))
      return tagValue(requestTags(sources.request), key.slice(REQUEST_TAG.length));
    if (key.startsWith(EXISTING_TAG)) {
      const tags = new Map(Object.entries(sources.object?.tags ?? {}));
      return tagValue(tags, key.slice(EXISTING_TAG.length));
    }
    return undefined;
  };
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function numeral(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Math.max(0, Math.round(value)));
}

/** AWS: of a session the ARN of its role, of an account that of its root user. */
function principalArnOf(identity: Identity | undefined): string | undefined {
  if (identity === undefined) return undefined;
  const { accountId, arns } = identity.caller;
  return arns.at(-1) ?? (accountId === undefined ? undefined : `arn:aws:iam::${accountId}:root`);
}

function principalTypeOf(identity: Identity | undefined): string {
  if (identity === undefined) return 'Anonymous';
  if (identity.caller.arns.length > 1) return 'AssumedRole';
  return identity.caller.actsAsAccount ? 'Account' : 'User';
}

/** `bucket/key`, decoded, as policies write it. */
function copySourceOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const path = value.replace(/\?versionId=[^?]*$/, '').replace(/^\//, '');
  try {
    return decodeURIComponent(path);
  } catch {
    // The operation refuses it in its own words.
    return path;
  }
}

function locationOf(configuration: unknown): string | undefined {
  if (typeof configuration !== 'object' || configuration === null) return undefined;
  const location = (configuration as Readonly<Record<string, unknown>>)['LocationConstraint'];
  return typeof location === 'string' ? location : undefined;
}

type LockDocuments = PutObjectRetentionRequest &
  PutObjectLegalHoldRequest &
  PutObjectLockConfigurationRequest;

interface RequestedLock {
  readonly mode?: string | undefined;
  readonly until?: string | undefined;
  readonly legalHold?: string | undefined;
  /** Of a default retention. */
  readonly days?: number | undefined;
}

/** A lock as it comes with a new object, or in the document of an operation of its own. */
function lockOf(request: ValueSources['request']): RequestedLock {
  const fields = request as Partial<PutObjectRequest & LockDocuments>;
  const { Retention: retention, LegalHold: hold } = fields;
  const byDefault = fields.ObjectLockConfiguration?.Rule?.DefaultRetention;
  return {
    mode: fields.ObjectLockMode ?? retention?.Mode ?? byDefault?.Mode,
    until: fields.ObjectLockRetainUntilDate ?? retention?.RetainUntilDate,
    legalHold: fields.ObjectLockLegalHoldStatus ?? hold?.Status,
    days: byDefault && daysOf(byDefault),
  };
}

function daysOf({ Days = 0, Years = 0 }: { readonly Days?: number; readonly Years?: number }): number {
  return Days + Years * YEAR_DAYS;
}

function remainingRetentionDays({ request, nowMs }: ValueSources): string | undefined {
  const { until, days } = lockOf(request);
  if (days !== undefined) return String(days);
  const untilMs = until === undefined ? Number.NaN : Date.parse(until);
  return Number.isNaN(untilMs) ? undefined : String(Math.ceil((untilMs - nowMs) / DAY_MS));
}

/** Tags that a request brings: `a=1&b=2` with a new object, a TagSet in a document. */
function requestTags(request: ValueSources['request']): ReadonlyMap<string, string> {
  const tagging = request['Tagging'];
  if (typeof tagging === 'string') return new Map(new URLSearchParams(tagging));
  const set =
    typeof tagging === 'object' && tagging !== null ? (tagging as { TagSet?: unknown }).TagSet : undefined;
  if (!Array.isArray(set)) return new Map();
  return new Map(
    (set as readonly { Key?: unknown; Value?: unknown }[]).map(({ Key, Value }) => [
      String(Key),
      String(Value),
    ]),
  );
}

/** Condition keys ignore case, so that a tag is found in any. */
function tagValue(tags: ReadonlyMap<string, string>, lowerCaseKey: string): string | undefined {
  for (const [key, value] of tags) if (key.toLowerCase() === lowerCaseKey) return value;
  return undefined;
}
