// Access control lists: canned ones, and what a list lets somebody do.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html. A canonical user id is an account id here.

import type { AclGrant, AclPermission, AclRecord } from '../contracts/acl-record.ts';

export const ALL_USERS = 'AllUsers';
export const AUTHENTICATED_USERS = 'AuthenticatedUsers';
export const LOG_DELIVERY = 'LogDelivery';

/** The group of an ACL document's URI. */
export const GROUP_URIS: ReadonlyMap<string, string> = new Map([
  ['http://acs.amazonaws.com/groups/global/AllUsers', ALL_USERS],
  ['http://acs.amazonaws.com/groups/global/AuthenticatedUsers', AUTHENTICATED_USERS],
  ['http://acs.amazonaws.com/groups/s3/LogDelivery', LOG_DELIVERY],
]);

export const ACL_PERMISSIONS: readonly AclPermission[] = [
  'FULL_CONTROL',
  'READ',
  'WRITE',
  'READ_ACP',
  'WRITE_ACP',
];

const OBJECT_CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;
const BUCKET_CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'log-delivery-write',
] as const;

export type CannedAcl = (typeof OBJECT_CANNED_ACLS)[number] | (typeof BUCKET_CANNED_ACLS)[number];

export function isCannedAcl(name: string, of: 'bucket' | 'object'): name is CannedAcl {
  const names: readonly string[] = of === 'bucket' ? BUCKET_CANNED_ACLS : OBJECT_CANNED_ACLS;
  return names.includes(name);
}

/**
 * The list that a canned ACL stands for. AWS grants `aws-exec-read` to EC2, which has no counterpart here. Groups stand first: AWS
 * promises no order, and programs are about that take the first grant for that of everybody.
 */
export function cannedAcl(name: CannedAcl, owner: string, bucketOwner: string): AclRecord {
  const own: AclGrant = { to: owner, may: 'FULL_CONTROL' };
  const others: Readonly<Record<CannedAcl, readonly AclGrant[]>> = {
    private: [],
    'aws-exec-read': [],
    'public-read': [{ to: ALL_USERS, may: 'READ' }],
    'public-read-write': [
      { to: ALL_USERS, may: 'READ' },
      { to: ALL_USERS, may: 'WRITE' },
    ],
    'authenticated-read': [{ to: AUTHENTICATED_USERS, may: 'READ' }],
    'bucket-owner-read': owner === bucketOwner ? [] : [{ to: bucketOwner, may: 'READ' }],
    'bucket-owner-full-control': owner === bucketOwner ? [] : [{ to: bucketOwner, may: 'FULL_CONTROL' }],
    'log-delivery-write': [
      { to: LOG_DELIVERY, may: 'WRITE' },
      { to: LOG_DELIVERY, may: 'READ_ACP' },
    ],
  };
  const isGroup = ({ to }: AclGrant): boolean => to !== owner && to !== bucketOwner;
  const grants = others[name];
  return { owner, grants: [...grants.filter(isGroup), own, ...grants.filter((grant) => !isGroup(grant))] };
}

/** What everybody, or everybody with an account, may do is public. */
export function isPublicAcl(acl: AclRecord): boolean {
  return acl.grants.some(({ to }) => to === ALL_USERS || to === AUTHENTICATED_USERS);
}

export interface AclQuestion {
  /** Absent: an anonymous caller. */
  readonly accountId: string | undefined;
  readonly permission: AclPermission;
  /** Grants to everybody do not count (IgnorePublicAcls). */
  readonly ignorePublic: boolean;
}

export function aclGrants(acl: AclRecord, { accountId, permission, ignorePublic }: AclQuestion): boolean {
  return acl.grants.some(({ to, may }) => {
    if (may !== permission && may !== 'FULL_CONTROL') return false;
    if (to === ALL_USERS) return !ignorePublic;
    if (to === AUTHENTICATED_USERS) return !ignorePublic && accountId !== undefined;
    return to === accountId;
  });
}

/** What a bucket's list must grant for an action in lower case; undefined: no list grants it. */
export function bucketPermissionFor(action: string): AclPermission | undefined {
  return BUCKET_PERMISSIONS.get(action);
}

/** The same of an object's list. */
export function objectPermissionFor(action: string): AclPermission | undefined {
  return OBJECT_PERMISSIONS.get(action);
}

const BUCKET_PERMISSIONS: ReadonlyMap<string, AclPermission> = new Map([
  ['s3:listbucket', 'READ'],
  ['s3:listbucketversions', 'READ'],
  ['s3:listbucketmultipartuploads', 'READ'],
  ['s3:putobject', 'WRITE'],
  ['s3:deleteobject', 'WRITE'],
  ['s3:deleteobjectversion', 'WRITE'],
  ['s3:abortmultipartupload', 'WRITE'],
  ['s3:listmultipartuploadparts', 'WRITE'],
  ['s3:getbucketacl', 'READ_ACP'],
  ['s3:putbucketacl', 'WRITE_ACP'],
]);

const OBJECT_PERMISSIONS: ReadonlyMap<string, AclPermission> = new Map([
  ['s3:getobject', 'READ'],
  ['s3:getobjectversion', 'READ'],
  ['s3:getobjectattributes', 'READ'],
  ['s3:getobjectversionattributes', 'READ'],
  ['s3:getobjectacl', 'READ_ACP'],
  ['s3:getobjectversionacl', 'READ_ACP'],
  ['s3:putobjectacl', 'WRITE_ACP'],
  ['s3:putobjectversionacl', 'WRITE_ACP'],
]);
