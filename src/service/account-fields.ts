// Accounts as replies show them: the id, and the name beside it.

import type { AclRecord, BucketRecord } from '../contracts/records.ts';
import { accessOf } from './access.ts';
import type { ServiceParts } from './handler.ts';

export interface AccountFields {
  ID: string;
  DisplayName: string;
}

type Accounts = Pick<ServiceParts, 'accounts'>;

export function describeAccount({ accounts }: Accounts, id: string): AccountFields {
  return { ID: id, DisplayName: accounts.displayNameOf(id) };
}

/** Whoever owns an object or an upload of a bucket: its writer where lists are enabled, else the owner of the bucket. */
export function describeOwner(
  parts: Accounts,
  bucket: BucketRecord,
  { acl }: { readonly acl?: AclRecord },
): AccountFields {
  const isOwn = acl === undefined || !accessOf(parts, bucket).aclsEnabled;
  return describeAccount(parts, isOwn ? bucket.account : acl.owner);
}
