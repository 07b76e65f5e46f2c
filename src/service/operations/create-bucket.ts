// CreateBucket: a bucket for the calling account, in the one region there is.

import { S3Error } from '../../contracts/s3-errors.ts';
import { requireAccount, requireBucketName } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function createBucket(parts: ServiceParts): TypedHandler<'CreateBucket'> {
  return async (request, call) => {
    const { Bucket: name } = request;
    const account = await requireAccount(parts, call, 's3:CreateBucket', name);
    requireBucketName(name);
    requireRegion(parts.region, request.CreateBucketConfiguration?.LocationConstraint ?? '');
    const outcome = await parts.buckets.create({ name, account, region: parts.region });
    switch (outcome.kind) {
      case 'created':
        return { result: { Location: `/${name}` } };
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
  if (asked === '' || asked === region) return;
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${asked} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
