// Access control lists in S3's words: what a request asks for as a list to keep, and a list as a reply.
//
// Invariants:
//  1. A list that is kept names accounts and groups only, never addresses or access keys.
//  2. Where ownership disables lists, a request that asks for one that would change nothing passes, any other is refused.

import type { OperationCall } from '../bus/operation.ts';
import type { GetBucketAclReply, PutBucketAclRequest } from '../contracts/generated/messages.ts';
import type { AclGrant, AclPermission, AclRecord } from '../contracts/acl-record.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { ACL_GRANTS_MAX } from '../core/limits.ts';
import { cannedAcl, GROUP_URIS, isCannedAcl, isPublicAcl } from '../auth/acl.ts';
import { accessOf } from './access.ts';
import { describeAccount } from './account-fields.ts';
import type { ServiceParts } from './handler.ts';

/** How a request may ask for a list. */
export type AclRequest = Readonly<
  Pick<
    PutBucketAclRequest,
    | 'ACL'
    | 'AccessControlPolicy'
    | 'GrantFullControl'
    | 'GrantRead'
    | 'GrantReadACP'
    | 'GrantWrite'
    | 'GrantWriteACP'
  >
>;

type Policy = NonNullable<AclRequest['AccessControlPolicy']>;
type Grantee = NonNullable<Policy['Grants']>[number]['Grantee'];

/** Whose list it is. */
export interface AclSubject {
  readonly of: 'bucket' | 'object';
  readonly owner: string;
  readonly bucketOwner: string;
}

const HEADER_PERMISSIONS = {
  GrantRead: 'READ',
  GrantWrite: 'WRITE',
  GrantReadACP: 'READ_ACP',
  GrantWriteACP: 'WRITE_ACP',
  GrantFullControl: 'FULL_CONTROL',
} as const satisfies Partial<Record<keyof AclRequest, AclPermission>>;
const HEADER_FIELDS = Object.keys(HEADER_PERMISSIONS) as readonly (keyof typeof HEADER_PERMISSIONS)[];

/** Lists that say what is the case anyway where lists are disabled: the owner of the bucket owns everything in it. */
const HARMLESS: ReadonlySet<string> = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read']);

const URIS = new Map([...GROUP_URIS].map(([uri, group]) => [group, uri]));

/** The list that a request asks for; undefined when it asks for none. */
export function requestedAcl(
  parts: Pick<ServiceParts, 'accounts'>,
  request: AclRequest,
  subject: AclSubject,
): AclRecord | undefined {
  const { ACL: canned, AccessControlPolicy: policy } = request;
  const headers = HEADER_FIELDS.filter((field) => (request[field] ?? '') !== '');
  if (policy !== undefined && (canned !== undefined || headers.length > 0))
    throw new S3Error('UnexpectedContent');
  if (canned !== undefined && headers.length > 0) {
    throw new S3Error('InvalidRequest', 'Specifying both Canned ACLs and Header Grants is not allowed.');
  }
  if (policy !== undefined) return aclOfPolicy(parts, policy, subject);
  if (canned !== undefined) return aclOfName(canned, subject);
  if (headers.length === 0) return undefined;
  const grants = headers.flatMap((field) =>
    headerGrants(parts, request[field] ?? '', HEADER_PERMISSIONS[field]),
  );
  return bounded({ owner: subject.owner, grants });
}

/** For PutBucketAcl and PutObjectAcl: the list to keep in place of the one before. */
export function requiredAcl(
  parts: Pick<ServiceParts, 'accounts'>,
  bucket: BucketRecord,
  request: AclRequest,
  subject: AclSubject,
): AclRecord {
  const access = accessOf(parts, bucket);
  if (!access.aclsEnabled) throw new S3Error('AccessControlListNotSupported');
  const acl = requestedAcl(parts, request, subject);
  if (acl === undefined)
    throw new S3Error('MissingSecurityHeader', undefined, { fields: { MissingHeaderName: 'x-amz-acl' } });
  if (access.block.BlockPublicAcls && isPublicAcl(acl)) throw new S3Error('AccessDenied');
  return acl;
}

/** The list of an object that is about to be stored; undefined when its bucket's owner owns it and nobody else may use it. */
export function newObjectAcl(
  parts: Pick<ServiceParts, 'accounts'>,
  { context }: OperationCall,
  bucket: BucketRecord,
  request: AclRequest,
): AclRecord | undefined {
  const access = accessOf(parts, bucket);
  const { account: bucketOwner } = bucket;
  if (!access.aclsEnabled) {
    requireHarmless(request);
    return undefined;
  }
  const gives = access.ownership === 'BucketOwnerPreferred' && request.ACL === 'bucket-owner-full-control';
  const writer =
    context.accountId === undefined || context.accountId === '' ? bucketOwner : context.accountId;
  const subject: AclSubject = { of: 'object', owner: gives ? bucketOwner : writer, bucketOwner };
  const acl = requestedAcl(parts, request, subject) ?? cannedAcl('private', subject.owner, bucketOwner);
  if (access.block.BlockPublicAcls && isPublicAcl(acl)) throw new S3Error('AccessDenied');
  return isPlain(acl, bucketOwner) ? undefined : acl;
}

function requireHarmless(request: AclRequest): void {
  const { ACL: canned } = request;
  if (canned !== undefined && !isCannedAcl(canned, 'object')) throw invalidAcl(canned);
  const grants = HEADER_FIELDS.some((field) => (request[field] ?? '') !== '');
  if (grants || (canned !== undefined && !HARMLESS.has(canned)))
    throw new S3Error('AccessControlListNotSupported');
}

/** What a list is when there is none. */
function isPlain({ owner, grants }: AclRecord, bucketOwner: string): boolean {
  const [only] = grants;
  return owner === bucketOwner && grants.length === 1 && only?.to === owner && only.may === 'FULL_CONTROL';
}

function aclOfName(name: string, { of, owner, bucketOwner }: AclSubject): AclRecord {
  if (!isCannedAcl(name, of)) throw invalidAcl(name);
  return cannedAcl(name, owner, bucketOwner);
}

function invalidAcl(name: string): S3Error {
  const fields = { ArgumentName: 'x-amz-acl', ArgumentValue: name };
  return new S3Error('InvalidArgument', undefined, { fields });
}

function aclOfPolicy(
  parts: Pick<ServiceParts, 'accounts'>,
  { Owner: owner, Grants: grants = [] }: Policy,
  subject: AclSubject,
): AclRecord {
  const ownerId = owner?.ID ?? '';
  if (ownerId === '') throw new S3Error('MalformedACLError');
  const account = accountNamed(parts, ownerId, subject);
  // A list cannot give what it is about away.
  if (account !== subject.owner) throw new S3Error('AccessDenied');
  const kept = grants.map(({ Grantee: grantee, Permission: may }) => ({
    to: granteeOf(parts, grantee, subject),
    may,
  }));
  return bounded({ owner: subject.owner, grants: kept });
}

function granteeOf(parts: Pick<ServiceParts, 'accounts'>, grantee: Grantee, subject: AclSubject): string {
  const value = {
    CanonicalUser: grantee.ID,
    Group: grantee.URI,
    AmazonCustomerByEmail: grantee.EmailAddress,
  };
  const name = value[grantee.Type] ?? '';
  if (name === '') throw new S3Error('MalformedACLError');
  switch (grantee.Type) {
    case 'CanonicalUser':
      return accountNamed(parts, name, subject);
    case 'Group':
      return groupNamed(name);
    case 'AmazonCustomerByEmail':
      return accountOfEmail(parts, name);
  }
}

function accountNamed(parts: Pick<ServiceParts, 'accounts'>, id: string, subject?: AclSubject): string {
  if (subject !== undefined && (id === subject.owner || id === subject.bucketOwner)) return id;
  const account = parts.accounts.accountOf(id);
  if (account !== undefined) return account;
  throw new S3Error('InvalidArgument', 'Invalid id', {
    fields: { ArgumentName: 'CanonicalUser/ID', ArgumentValue: id },
  });
}

function groupNamed(uri: string): string {
  const group = GROUP_URIS.get(uri);
  if (group !== undefined) return group;
  throw new S3Error('InvalidArgument', 'Invalid group uri', {
    fields: { ArgumentName: 'Group/URI', ArgumentValue: uri },
  });
}

function accountOfEmail(parts: Pick<ServiceParts, 'accounts'>, email: string): string {
  const account = email.includes('@') ? parts.accounts.accountOf(email) : undefined;
  if (account === undefined) throw new S3Error('UnresolvableGrantByEmailAddress');
  return account;
}

const HEADER_GRANTEE = /^(id|uri|emailAddress)\s*=\s*"?([^"]*)"?$/i;

/** `id="…", uri="…"` */
function headerGrants(
  parts: Pick<ServiceParts, 'accounts'>,
  text: string,
  may: AclPermission,
): readonly AclGrant[] {
  return text.split(',').map((part) => {
    const [, kind, name] = HEADER_GRANTEE.exec(part.trim()) ?? [];
    if (kind === undefined || name === undefined || name === '') {
      throw new S3Error('InvalidArgument', 'Argument format not recognized', {
        fields: { ArgumentName: 'x-amz-grant', ArgumentValue: part.trim() },
      });
    }
    switch (kind.toLowerCase()) {
      case 'uri':
        return { to: groupNamed(name), may };
      case 'emailaddress':
        return { to: accountOfEmail(parts, name), may };
      default:
        return { to: accountNamed(parts, name), may };
    }
  });
}

function bounded(acl: AclRecord): AclRecord {
  if (acl.grants.length <= ACL_GRANTS_MAX) return acl;
  throw new S3Error('MalformedACLError', `An access control list has at most ${ACL_GRANTS_MAX} grants.`);
}

/** A list as GetBucketAcl and GetObjectAcl answer it. */
export function describeAcl(
  parts: Pick<ServiceParts, 'accounts'>,
  { owner, grants }: AclRecord,
): GetBucketAclReply {
  return {
    Owner: describeAccount(parts, owner),
    Grants: grants.map(({ to, may }) => {
      const uri = URIS.get(to);
      return {
        Grantee:
          uri === undefined
            ? { Type: 'CanonicalUser', ...describeAccount(parts, to) }
            : { Type: 'Group', URI: uri },
        Permission: may,
      };
    }),
  };
}

/** The list that counts: that of the owner alone where lists are disabled or none was ever given. */
export function effectiveAcl(
  parts: Pick<ServiceParts, 'accounts'>,
  bucket: BucketRecord,
  acl: AclRecord | undefined,
): AclRecord {
  const counts = accessOf(parts, bucket).aclsEnabled ? acl : undefined;
  return counts ?? cannedAcl('private', bucket.account, bucket.account);
}
