// PutBucketVersioning: Enabled or Suspended, for good: a bucket never becomes unversioned again, and one with object lock stays Enabled.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import { changeBucket } from '../bucket-settings.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putBucketVersioning(parts: ServiceParts): TypedHandler<'PutBucketVersioning'> {
  return async (request, call) => {
    const { Status: versioning, MFADelete: mfaDelete } = request.VersioningConfiguration;
    const bucket = await enterCurrentBucket(parts, call, request, 's3:PutBucketVersioning');
    if (mfaDelete === 'Enabled') throw new S3Error('NotImplemented', 'MFA delete is not implemented.');
    if (versioning === undefined) throw new S3Error('IllegalVersioningConfigurationException');
    const outcome = await changeBucket(parts, bucket, (current) =>
      versioning === 'Suspended' && current.settings?.objectLock !== undefined
        ? undefined
        : { ...current, versioning },
    );
    if (outcome === 'refused')
      throw new S3Error(
        'InvalidBucketState',
        'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
      );
    return { result: {} };
  };
}
