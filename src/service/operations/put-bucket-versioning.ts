// PutBucketVersioning: Enabled or Suspended, for good: a bucket never becomes unversioned again.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket, noSuchBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketVersioning(parts: ServiceParts): TypedHandler<'PutBucketVersioning'> {
  return async (request, call) => {
    const { Status: versioning, MFADelete: mfaDelete } = request.VersioningConfiguration;
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketVersioning');
    if (mfaDelete === 'Enabled') throw new S3Error('NotImplemented', 'MFA delete is not implemented.');
    if (versioning === undefined) throw new S3Error('IllegalVersioningConfigurationException');
    const outcome = await parts.buckets.revise(bucket, (current) => ({ ...current, versioning }));
    switch (outcome.kind) {
      case 'revised':
        return { result: {} };
      case 'absent':
        throw noSuchBucket(request.Bucket);
      case 'too-large':
      case 'conflict':
        throw new S3Error('OperationAborted');
    }
  };
}
