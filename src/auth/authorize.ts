// Who may do what: identity policies, bucket policies, access control lists, ownership and public-access blocks together.
//
// Owns the decision, for both planes (S3 over HTTP and `s3.*` over NATS). Refuses to look anything up: the caller brings
// the bucket, its compiled access, the identity and, where the decision asks for it, the stored object.
//
// Order: an explicit Deny anywhere; then, inside the owning account, what the identity or the bucket policy allows; from
// another account, what the identity allows AND the bucket (policy or list) grants; from nobody, what the bucket grants.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html.
//
// Invariants:
//  1. The default is deny, and so is everything that is not understood.
//  2. A bucket whose owner the caller did not bring is treated as not existing: only creating and listing buckets pass.
//  3. The owning account itself can always read, replace and remove the policy of its bucket, whatever that policy says.

import type { AclPermission, AclRecord } from '../contracts/acl-record.ts';
import { aclGrants, bucketPermissionFor, objectPermissionFor } from './acl.ts';
import type { BucketAccess } from './bucket-access.ts';
import { levelOfAction } from './policy/actions.ts';
import { evaluate, type Policy, type PolicyVerdict } from './policy/document.ts';
import type { RequestValues } from './policy/pattern.ts';
import type { Caller } from './policy/principal.ts';

/** What ownership is decided by; a `BucketRecord` fits. */
export interface OwnedBucket {
  readonly name: string;
  readonly account: string;
  /** Declared public in the configuration: anybody may read and list it. */
  readonly public: boolean;
}

/** The stored object that a request is about, as far as access is concerned. */
export interface StoredObject {
  /** Absent: the bucket's account owns it and nobody else may do anything. */
  readonly acl?: AclRecord | undefined;
}

export interface AccessQuestion {
  /** `s3:GetObject` and so on, as AWS names the permission. */
  readonly action: string;
  readonly caller: Caller;
  /** Policies of the identity; absent: nothing narrows what its account may do. */
  readonly identity?: readonly Policy[] | undefined;
  /** The existing bucket, or only the name of one that is to be created; absent for `s3:ListAllMyBuckets`. */
  readonly bucket?: OwnedBucket | { readonly name: string } | undefined;
  readonly access?: BucketAccess | undefined;
  readonly key?: string | undefined;
  /** `new`: the request is about to make it. `unknown`: ask again with the object when the answer says so. */
  readonly object?: StoredObject | 'new' | 'unknown' | undefined;
  readonly values: RequestValues;
}

/** `ask-object`: depends on the stored object. */
export type AccessVerdict = 'allow' | 'deny' | 'ask-object';

/** What anybody may do with a bucket that the configuration declares public. HEAD needs the same permissions as GET. */
const PUBLIC_ACTIONS: ReadonlySet<string> = new Set(['s3:getobject', 's3:listbucket']);
/** Actions that make sense before a bucket has an owner. */
const OWNERLESS_ACTIONS: ReadonlySet<string> = new Set([
  's3:listallmybuckets',
  's3:createbucket',
  // What a new bucket brings along.
  's3:putbucketacl',
  's3:putbucketownershipcontrols',
  's3:putbucketobjectlockconfiguration',
  's3:putbucketversioning',
]);
/** What the account that owns a bucket can do in spite of its policy. */
const POLICY_ACTIONS: ReadonlySet<string> = new Set([
  's3:getbucketpolicy',
  's3:putbucketpolicy',
  's3:deletebucketpolicy',
]);

/** Decides; pure, so that both planes decide alike. */
export function authorize(question: AccessQuestion): AccessVerdict {
  const { bucket, access, caller, identity } = question;
  const owned = bucket !== undefined && 'account' in bucket ? bucket : undefined;
  // The path of nearly every request: the own bucket, no policy, no lists.
  const own = owned !== undefined && caller.accountId === owned.account;
  if (own && identity === undefined && access?.plain === true) return 'allow';
  const action = question.action.toLowerCase();
  if (owned === undefined || access === undefined) return ownerless(question, action);
  return decide({ ...question, action, bucket: owned, access, own });
}

/** Why the answer is no: a policy says so, on either side, or none of the identity's says yes. `ungranted`: anything else. */
export type Denial = 'identity-deny' | 'resource-deny' | 'identity-silent' | 'ungranted';

/** The reason of a `deny`, for people; asked after the decision, never in its place. */
export function denialOf(question: AccessQuestion): Denial {
  const { access } = question;
  const action = question.action.toLowerCase();
  const identity = identityVerdict(question, action);
  if (identity === 'deny') return 'identity-deny';
  const policy = access?.policy;
  if (policy === 'unreadable') return 'ungranted';
  const resource = resourceOf(question, action);
  if (policy !== undefined && evaluate(policy, { ...question, action, resource }) === 'deny')
    return 'resource-deny';
  return identity === 'allow' ? 'ungranted' : 'identity-silent';
}

interface Decision extends AccessQuestion {
  readonly bucket: OwnedBucket;
  readonly access: BucketAccess;
  readonly own: boolean;
}

function ownerless(question: AccessQuestion, action: string): 'allow' | 'deny' {
  if (question.caller.accountId === undefined || !OWNERLESS_ACTIONS.has(action)) return 'deny';
  return identityVerdict(question, action) === 'allow' ? 'allow' : 'deny';
}

function decide(decision: Decision): AccessVerdict {
  const { action, own, bucket } = decision;
  if (needsObject(decision)) return 'ask-object';
  const isRoot = own && decision.identity === undefined;
  if (isRoot && POLICY_ACTIONS.has(action)) return 'allow';
  const said = policiesSay(decision);
  if (said === 'deny') return said;
  if (bucket.public && PUBLIC_ACTIONS.has(action)) return 'allow';
  return (own ? insideAccount(decision, said, isRoot) : fromOutside(decision, said)) ? 'allow' : 'deny';
}

function policiesSay(decision: Decision): Said | 'deny' {
  const isSomebody = decision.caller.accountId !== undefined;
  const identity = isSomebody ? identityVerdict(decision, decision.action) : 'none';
  const policy = bucketPolicyVerdict(decision);
  if (identity === 'deny' || policy === 'deny') return 'deny';
  return { identity, policy: policySpeaks(decision) ? policy : 'none' };
}

/** What the policies of both sides say, nothing being denied. */
interface Said {
  readonly identity: PolicyVerdict;
  readonly policy: PolicyVerdict;
}

function insideAccount(decision: Decision, { identity, policy }: Said, isRoot: boolean): boolean {
  return policy === 'allow' || (identity === 'allow' && ownerMay(decision, isRoot));
}

/** The account of the caller must let it go out, and the bucket must let it in. */
function fromOutside(decision: Decision, { identity, policy }: Said): boolean {
  const mayLeave = decision.caller.accountId === undefined || identity === 'allow';
  return mayLeave && (policy === 'allow' || policy === 'allow-account' || listGrants(decision));
}

/** Whether what the bucket's policy allows counts for this object and this caller. */
function policySpeaks(decision: Decision): boolean {
  const { access, own } = decision;
  const isRestricted = access.policyIsPublic && access.block.RestrictPublicBuckets && !own;
  return !isRestricted && !isForeign(decision);
}

/** Whether the answer depends on an object that nobody has looked up yet. */
function needsObject({ object, action, access, identity }: Decision): boolean {
  if (object !== 'unknown' || levelOfAction(action) !== 'object') return false;
  if (access.aclsEnabled && objectPermissionFor(action) !== undefined) return true;
  const policies =
    typeof access.policy === 'object' ? [access.policy, ...(identity ?? [])] : (identity ?? []);
  return policies.some((policy) => policy.asksForObject);
}

function identityVerdict(question: AccessQuestion, action: string): PolicyVerdict {
  const { identity } = question;
  if (identity === undefined) return 'allow';
  let verdict: PolicyVerdict = 'none';
  for (const policy of identity) {
    const said = evaluate(policy, { ...question, action, resource: resourceOf(question, action) });
    if (said === 'deny') return said;
    if (said === 'allow') verdict = said;
  }
  return verdict;
}

function bucketPolicyVerdict(decision: Decision): PolicyVerdict {
  const { policy } = decision.access;
  if (policy === undefined) return 'none';
  if (policy === 'unreadable') return 'deny';
  return evaluate(policy, { ...decision, resource: resourceOf(decision, decision.action) });
}

/** `arn:aws:s3:::bucket`, `arn:aws:s3:::bucket/key`, or `*` where there is neither. */
export function resourceOf({ bucket, key }: AccessQuestion, action: string): string {
  if (bucket === undefined) return '*';
  const arn = `arn:aws:s3:::${bucket.name}`;
  return levelOfAction(action) === 'object' ? `${arn}/${key ?? ''}` : arn;
}

/** An object that another account than the bucket's owns: neither the bucket's policy nor its owner speaks for it. */
function isForeign({ object, access, bucket, action }: Decision): boolean {
  if (!access.aclsEnabled || objectPermissionFor(action) === undefined) return false;
  return typeof object === 'object' && object.acl !== undefined && object.acl.owner !== bucket.account;
}

/** Inside the owning account, with the permission of the identity: may the account itself? */
function ownerMay(decision: Decision, isRoot: boolean): boolean {
  const { access, object, action, caller } = decision;
  if (!access.aclsEnabled) return true;
  const ofObject = objectPermissionFor(action);
  if (ofObject !== undefined && typeof object === 'object') {
    if (object.acl === undefined) return true;
    const owner = object.acl.owner === caller.accountId;
    if (owner && (!isRoot || ofObject !== 'READ')) return true;
    return listGrants(decision);
  }
  const ofBucket = bucketPermissionFor(action);
  // An account without any grant of its own list still owns it: it can always read and change the list.
  if (!isRoot || access.acl === undefined || (ofBucket !== 'READ' && ofBucket !== 'WRITE')) return true;
  return listGrants(decision);
}

/** Whether the access control list that counts for the action grants it. */
function listGrants(decision: Decision): boolean {
  const { access, object, action, caller } = decision;
  if (!access.aclsEnabled) return false;
  // No upload is begun by somebody without an account: none of them is theirs to look into or to end.
  if (caller.accountId === undefined && UPLOAD_ACTIONS.has(action)) return false;
  // Whoever may create an object owns it, and says who else may use it.
  if (object === 'new' && CREATION_EXTRAS.has(action)) return grantedBy(access.acl, 'WRITE', decision);
  const ofObject = objectPermissionFor(action);
  if (ofObject === undefined) return grantedBy(access.acl, bucketPermissionFor(action), decision);
  const acl = typeof object === 'object' ? object.acl : undefined;
  const isOwner = acl !== undefined && acl.owner === caller.accountId;
  return (isOwner && ofObject !== 'READ') || grantedBy(acl, ofObject, decision);
}

function grantedBy(
  acl: AclRecord | undefined,
  permission: AclPermission | undefined,
  { caller, access }: Decision,
): boolean {
  if (acl === undefined || permission === undefined) return false;
  return aclGrants(acl, {
    accountId: caller.accountId,
    permission,
    ignorePublic: access.block.IgnorePublicAcls,
  });
}

const UPLOAD_ACTIONS: ReadonlySet<string> = new Set([
  's3:abortmultipartupload',
  's3:listmultipartuploadparts',
]);
const CREATION_EXTRAS: ReadonlySet<string> = new Set(['s3:putobjectacl', 's3:putobjecttagging']);
