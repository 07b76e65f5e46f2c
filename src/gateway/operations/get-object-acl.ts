import { renderAcl } from '../acl-parameters.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { versionParameter } from './version-id.ts';

export const getObjectAcl: Operation = {
  name: 'GetObjectAcl',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetObjectAcl', versionParameters(request));
    return { status: 200, headers: versionHeader(result.VersionId), xml: renderAcl(result) };
  },
};

/** Which version of which object. */
export function versionParameters(request: GatewayRequest): {
  Bucket: string;
  Key: string;
  VersionId?: string;
  ExpectedBucketOwner?: string;
} {
  return {
    Bucket: request.bucket,
    Key: request.key,
    ...versionParameter(request),
    ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
  };
}

export function versionHeader(versionId: string | undefined): Record<string, string> {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}
