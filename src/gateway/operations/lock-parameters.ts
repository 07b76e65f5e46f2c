// What the operations on the lock of a version have in common.

import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

/** Which version of which object. One that is named by nothing is the current one, as SDKs write it that always name one. */
export function lockedVersion(request: GatewayRequest): {
  Bucket: string;
  Key: string;
  VersionId?: string;
  ExpectedBucketOwner?: string;
} {
  const version = request.query.get('versionId');
  return {
    Bucket: request.bucket,
    Key: request.key,
    ...given({
      VersionId: version === '' ? undefined : version,
      ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner'),
    }),
  };
}

/** The document of a request; S3 misses the bucket before it misses that. */
export async function lockDocument(request: GatewayRequest, root: string): Promise<XmlElement> {
  const text = await request.document();
  if (text === '') await request.call('HeadBucket', bucketParameters(request));
  return parseXml(text, root);
}
