// GetBucketEncryption: what a bucket says of encryption. Every object is sealed at rest whatever it says.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterCurrentBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function getBucketEncryption(parts: ServiceParts): TypedHandler<'GetBucketEncryption'> {
  return async (request, call) => {
    const { name, settings } = await enterCurrentBucket(
      parts,
      call,
      request,
      's3:GetEncryptionConfiguration',
    );
    const encryption = settings?.encryption;
    if (encryption === undefined)
      throw new S3Error('ServerSideEncryptionConfigurationNotFoundError', undefined, {
        fields: { BucketName: name },
      });
    return { result: { ServerSideEncryptionConfiguration: encryption } };
  };
}
