import type { CopyObjectRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { aclHeaders } from '../acl-parameters.ts';
import { wantedChecksum } from '../checksum-headers.ts';
import { encryptionHeaders, encryptionParameters, sourceKeyParameters } from '../customer-key-headers.ts';
import { given, headerValue } from '../header-text.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { lockParameters } from '../object-lock-headers.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { renderCopyResult } from './copy-result.ts';
import { copySource } from './copy-source.ts';
import { objectHeaders, properties, tagging, writeConditions } from './object-parameters.ts';
import { versionHeaders } from './version-id.ts';

export const copyObject: Operation = {
  name: 'CopyObject',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'copy');
    const { result } = await request.call('CopyObject', copyParameters(request));
    return {
      status: 200,
      headers: { ...encryptionHeaders(result), ...versionHeaders(result), ...expirationHeaders(result) },
      xml: renderCopyResult('CopyObjectResult', result.CopyObjectResult),
    };
  },
};

function copyParameters(request: GatewayRequest): CopyObjectRequest {
  const { headers } = request;
  const directive = directiveOf(headers, 'x-amz-metadata-directive', 'metadata');
  // Judged in any case, as AWS does.
  const replacing = objectHeaders(headers);
  return {
    Bucket: request.bucket,
    Key: request.key,
    ...copySource(request),
    ...encryptionParameters(request),
    ...sourceKeyParameters(request),
    ...writeConditions(headers),
    ...wantedChecksum(headers),
    ...aclHeaders(headers),
    ...tagging(headers),
    ...properties(headers),
    ...lockParameters(headers),
    TaggingDirective: directiveOf(headers, 'x-amz-tagging-directive', 'tagging'),
    // With COPY the headers of the request say nothing about the new object.
    ...(directive === 'REPLACE' ? replacing : {}),
    // Left out as the client left it out: policies may ask whether it was said.
    ...given({
      MetadataDirective:
        headerValue(headers, 'x-amz-metadata-directive') === undefined ? undefined : directive,
    }),
    ...given({ ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner') }),
  };
}

function directiveOf(headers: GatewayRequest['headers'], name: string, ofWhat: string): 'COPY' | 'REPLACE' {
  const directive = headerValue(headers, name) ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw new S3Error('InvalidArgument', `Unknown ${ofWhat} directive.`, {
    fields: { ArgumentName: name, ArgumentValue: directive },
  });
}
