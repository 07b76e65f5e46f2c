// Who may do what: ownership of buckets, public reading, and the policy lists of the configuration.
//
// Owns the decision, for both planes (S3 over HTTP and `s3.*` over NATS). Refuses to look anything up: the caller brings
// the bucket record and the policy. The default is deny.
//
// Invariants:
//  1. A bucket of another account is out of reach, whatever a policy says; only public reading crosses accounts.
//  2. A policy only narrows what an account may do with its own buckets; it never widens.
//  3. A bucket whose owner the caller did not bring is treated as not existing: only creating and listing buckets pass.

import { matchesWildcard } from './wildcard.ts';

/** One entry of `[[auth]] policy`: what may be done with which buckets. */
export interface PolicyStatement {
  /** A bucket name, or a pattern with `*` and `?`. */
  readonly bucket: string;
  /** Action names with their prefix (`s3:GetObject`), or patterns (`s3:Get*`, `s3:*`, `*`). Case does not matter. */
  readonly actions: readonly string[];
}

/** What ownership is decided by; a `BucketRecord` fits. */
export interface OwnedBucket {
  readonly name: string;
  readonly account: string;
  readonly public: boolean;
}

export interface AuthorizationQuestion {
  /** `s3:GetObject` and so on, as AWS names the permission. */
  readonly action: string;
  /** Absent for an anonymous caller. */
  readonly accountId?: string | undefined;
  readonly principalArn?: string | undefined;
  /** The existing bucket, or only the name of one that is to be created; absent for `s3:ListAllMyBuckets`. */
  readonly bucket?: OwnedBucket | { readonly name: string } | undefined;
  /** The statements of the principal; absent means that nothing narrows what the account may do. */
  readonly policy?: readonly PolicyStatement[] | undefined;
}

/** What anybody may do with a public bucket. HEAD needs the same permissions as GET. */
const PUBLIC_ACTIONS: ReadonlySet<string> = new Set(['s3:getobject', 's3:listbucket']);

/** Actions that make sense before a bucket has an owner. */
const OWNERLESS_ACTIONS: ReadonlySet<string> = new Set(['s3:createbucket', 's3:listallmybuckets']);

/** Decides; pure, so that both planes decide alike. */
export function authorize(question: AuthorizationQuestion): 'allow' | 'deny' {
  const action = question.action.toLowerCase();
  const bucket = question.bucket;
  const owned = bucket !== undefined && 'account' in bucket ? bucket : undefined;
  if (owned?.public === true && PUBLIC_ACTIONS.has(action)) return 'allow';
  if (question.accountId === undefined) return 'deny';
  if (owned === undefined) {
    if (!OWNERLESS_ACTIONS.has(action)) return 'deny';
  } else if (owned.account !== question.accountId) {
    return 'deny';
  }
  if (question.policy === undefined) return 'allow';
  return question.policy.some((statement) => covers(statement, action, bucket?.name)) ? 'allow' : 'deny';
}

function covers(statement: PolicyStatement, action: string, bucketName: string | undefined): boolean {
  if (bucketName !== undefined && !matchesWildcard(statement.bucket, bucketName)) return false;
  return statement.actions.some((pattern) => matchesWildcard(pattern.toLowerCase(), action));
}
