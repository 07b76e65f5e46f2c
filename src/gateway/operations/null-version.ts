import { S3Error } from '../../contracts/s3-errors.ts';
import type { GatewayRequest } from '../operation.ts';

/** The version of an object in a bucket without versioning. */
export const NULL_VERSION = 'null';

/** Buckets have no versioning, so that the only version of an object is the null version. */
export function requireNullVersion({ query, key }: GatewayRequest): void {
  const version = query.get('versionId');
  if (version === undefined || version === NULL_VERSION) return;
  if (version === '') {
    throw new S3Error('InvalidArgument', 'Version id cannot be the empty string', {
      fields: { ArgumentName: 'versionId', ArgumentValue: '' },
    });
  }
  throw new S3Error('NoSuchVersion', undefined, { fields: { Key: key, VersionId: version } });
}
