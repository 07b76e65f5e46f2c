// What a bucket says of its own access: policy, public-access block, ownership and list, compiled from its record once.
//
// Invariants:
//  1. A stored policy that can no longer be read denies everything but mending it.
//  2. ACLs count only where ownership enables them; without a setting they are disabled, as AWS has it since 2023.

import type { AclRecord } from '../contracts/acl-record.ts';
import type { ObjectOwnership, PublicAccessBlock } from '../contracts/bucket-settings.ts';
import { parseBucketPolicy, type Policy } from './policy/document.ts';
import type { PrincipalAliases } from './policy/principal.ts';
import { isPublicPolicy } from './policy/public-policy.ts';

/** What is stored, as far as access is concerned. */
export interface BucketAccessSettings {
  /** The text of the policy as it was put. */
  readonly policy?: string | undefined;
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  readonly ownership?: ObjectOwnership | 'Deleted' | undefined;
  readonly acl?: AclRecord | undefined;
}

export interface BucketAccess {
  /** Absent: there is none. `unreadable`: there is one that nobody understands. */
  readonly policy: Policy | 'unreadable' | undefined;
  readonly policyIsPublic: boolean;
  readonly block: PublicAccessBlock;
  readonly ownership: ObjectOwnership;
  readonly aclsEnabled: boolean;
  /** Absent: the owner alone. */
  readonly acl: AclRecord | undefined;
  /** Nothing of all this was ever set. */
  readonly plain: boolean;
}

export const OWNERSHIP_DEFAULT: ObjectOwnership = 'BucketOwnerEnforced';
const NO_BLOCK: PublicAccessBlock = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
const PLAIN: BucketAccess = {
  policy: undefined,
  policyIsPublic: false,
  block: NO_BLOCK,
  ownership: OWNERSHIP_DEFAULT,
  aclsEnabled: false,
  acl: undefined,
  plain: true,
};

/** A bucket whose controls were deleted is one of the old kind, where writers own their objects. */
function ownershipOf(stored: ObjectOwnership | 'Deleted' | undefined): ObjectOwnership {
  return stored === 'Deleted' ? 'ObjectWriter' : (stored ?? OWNERSHIP_DEFAULT);
}

/** Compiles the settings of one bucket. */
export function compileBucketAccess(
  bucket: string,
  settings: BucketAccessSettings,
  aliases?: PrincipalAliases,
): BucketAccess {
  const { policy: text, publicAccessBlock: block = NO_BLOCK, acl } = settings;
  if (
    text === undefined &&
    settings.ownership === undefined &&
    settings.publicAccessBlock === undefined &&
    !acl
  ) {
    return PLAIN;
  }
  const ownership = ownershipOf(settings.ownership);
  const policy = text === undefined ? undefined : readPolicy(text, bucket, aliases);
  return {
    policy,
    policyIsPublic: policy !== undefined && (policy === 'unreadable' || isPublicPolicy(policy)),
    block,
    ownership,
    aclsEnabled: ownership !== 'BucketOwnerEnforced',
    acl,
    plain: false,
  };
}

function readPolicy(
  text: string,
  bucket: string,
  aliases: PrincipalAliases | undefined,
): Policy | 'unreadable' {
  try {
    return parseBucketPolicy(text, aliases === undefined ? { bucket } : { bucket, aliases });
  } catch {
    // Whatever is wrong with it: the decision treats it as a denial, and an operator sees the text with GetBucketPolicy.
    return 'unreadable';
  }
}
