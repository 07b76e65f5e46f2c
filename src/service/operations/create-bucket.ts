// CreateBucket: a bucket for the calling account, in the one region there is.

import { isDeepStrictEqual } from 'node:util';
import { S3Error } from '../../contracts/s3-errors.ts';
import type { CreateBucketReply, CreateBucketRequest } from '../../contracts/generated/messages.ts';
import type { BucketRecord } from '../../contracts/records.ts';
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
        return { result: bucketFields(name) };
      case 'too-many':
        throw new S3Error('TooManyBuckets');
      case 'exists':
        return { result: again(parts, outcome.record, { account, settings }) };
    }
  };
}

/** A bucket that is there already: AWS takes a second creation for the first one in its first region, and refuses it in any other. */
function again(
  { region }: ServiceParts,
  record: BucketRecord,
  asked: { readonly account: string; readonly settings: BucketSettings | undefined },
): CreateBucketReply {
  const { name } = record;
  const fields = { BucketName: name };
  if (record.account !== asked.account) throw new S3Error('BucketAlreadyExists', undefined, { fields });
  // AWS resets the list; here a creation that would do so is refused.
  const isSame = isDeepStrictEqual(asked.settings?.acl, record.settings?.acl);
  if (region === UNNAMED_REGION && isSame) return bucketFields(name);
  throw new S3Error('BucketAlreadyOwnedByYou', undefined, { fields });
}

function bucketFields(name: string): CreateBucketReply {
  return { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
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
