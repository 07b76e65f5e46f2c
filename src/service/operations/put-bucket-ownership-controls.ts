// PutBucketOwnershipControls: who owns new objects of a bucket, and whether access control lists count.

import { S3Error } from '../../contracts/s3-errors.ts';
import type { BucketRecord } from '../../contracts/records.ts';
import { OWNERSHIP_DEFAULT } from '../../auth/bucket-access.ts';
import { enterCurrentBucket } from '../access.ts';
import { storeSetting } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketOwnershipControls(parts: ServiceParts): TypedHandler<'PutBucketOwnershipControls'> {
  return async (request, call) => {
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketOwnershipControls');
    const [rule] = request.OwnershipControls.Rules;
    if (rule === undefined) throw new S3Error('MalformedXML');
    const { ObjectOwnership: ownership } = rule;
    if (ownership === OWNERSHIP_DEFAULT && grantsToOthers(bucket)) {
      throw new S3Error('InvalidBucketAclWithObjectOwnership');
    }
    await storeSetting(parts, bucket, 'ownership', ownership);
    return { result: {} };
  };
}

/** AWS: lists can be disabled only where they grant nothing any more. */
function grantsToOthers({ account, settings }: BucketRecord): boolean {
  return settings?.acl?.grants.some(({ to }) => to !== account) === true;
}
