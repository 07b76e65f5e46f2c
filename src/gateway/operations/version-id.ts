// Version ids between HTTP and messages: the `versionId` parameter, and the headers that answer.

import { S3Error } from '../../contracts/s3-errors.ts';
import { given } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';

/** The version that a request names. */
export function versionParameter({ query }: GatewayRequest): { VersionId?: string } {
  const version = query.get('versionId');
  if (version !== '') return given({ VersionId: version });
  throw new S3Error('InvalidArgument', 'Version id cannot be the empty string', {
    fields: { ArgumentName: 'versionId', ArgumentValue: '' },
  });
}

interface Versioned {
  readonly VersionId?: string;
  readonly CopySourceVersionId?: string;
  readonly DeleteMarker?: boolean;
}

export function versionHeaders({
  VersionId,
  CopySourceVersionId,
  DeleteMarker,
}: Versioned): Record<string, string> {
  return {
    ...(VersionId === undefined ? {} : { 'x-amz-version-id': VersionId }),
    ...(CopySourceVersionId === undefined ? {} : { 'x-amz-copy-source-version-id': CopySourceVersionId }),
    ...(DeleteMarker === true ? { 'x-amz-delete-marker': 'true' } : {}),
  };
}
