// CreateBucket: a bucket for the calling account, in the one region there is.

import { S3Error } from '../../contracts/s3-errors.ts';
import type { CreateBucketRequest } from '../../contracts/generated/messages.ts';
import type { BucketSettings } from '../../contracts/bucket-settings.ts';
import { OWNERSHIP_DEFAULT } from '../../auth/bucket-access.ts';
import { requestedAcl } from '../access-lists.ts';
import { requireAccount, requireBucketName } from '../access.ts';
import { checkedBucketTags } from '../bucket-tags.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';

const UNNAMED_REGION = 'us-east-1';

export function createBucket(parts: ServiceParts): TypedHandler<'CreateBucket'> {
  return async (request, call) => {
    const { Bucket: name } = request;
    const account = await requireAccount(parts, call, 's3:CreateBucket', name);
    requireBucketName(name);
    requireRegion(parts.region, request.CreateBucketConfiguration?.LocationConstraint ?? '');
    const settings = initialSettings(parts, account, request);
    const outcome = await parts.buckets.create({
      name,
      account,
      region: parts.region,
      ...(request.ObjectLockEnabledForBucket === true && { versioning: 'Enabled' }),
      ...(settings === undefined ? {} : { settings }),
    });
    switch (outcome.kind) {
      case 'created':
        return { result: { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` } };
      case 'too-many':
        throw new S3Error('TooManyBuckets');
      case 'exists': {
        const own = outcome.record.account === account;
        const fields = { BucketName: name };
        throw new S3Error(own ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', undefined, { fields });
      }
    }
  };
}

function requireRegion(region: string, asked: string): void {
  // AWS: the first region is where a bucket goes that names none, and cannot be named.
  if (asked === '' || (asked === region && region !== UNNAMED_REGION)) return;
  throw new S3Error('InvalidLocationConstraint', undefined, { fields: { LocationConstraint: asked } });
}

/** What the client wants, else what the operator does; undefined for the default, which need not be written down. */
function ownershipOf(
  { objectOwnership: wanted }: ServiceParts,
  { ObjectOwnership: asked }: Readonly<CreateBucketRequest>,
): ServiceParts['objectOwnership'] {
  return asked ?? (wanted === OWNERSHIP_DEFAULT ? undefined : wanted);
}

/** What a bucket has configured from its creation on. */
function initialSettings(
  parts: ServiceParts,
  account: string,
  request: Readonly<CreateBucketRequest>,
): BucketSettings | undefined {
  const ownership = ownershipOf(parts, request);
  const acl = requestedAcl(parts, request, { of: 'bucket', owner: account, bucketOwner: account });
  const grants = acl?.grants.some(({ to }) => to !== account) === true;
  if (grants && (ownership ?? OWNERSHIP_DEFAULT) === OWNERSHIP_DEFAULT) {
    throw new S3Error('InvalidBucketAclWithObjectOwnership');
  }
  const { Tags: tags = [] } = request.CreateBucketConfiguration ?? {};
  const publicAccessBlock = parts.blockPublicAccess === true ? BLOCKED : undefined;
  const settings = definedFields<BucketSettings>({
    ownership,
    publicAccessBlock,
    acl: grants ? acl : undefined,
    objectLock: request.ObjectLockEnabledForBucket === true ? { ObjectLockEnabled: 'Enabled' } : undefined,
    tags: tags.length === 0 ? undefined : checkedBucketTags(tags),
  });
  return Object.keys(settings).length === 0 ? undefined : settings;
}

const BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} as const;
