import type { CopyObjectRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { aclHeaders } from '../acl-parameters.ts';
import { wantedChecksum } from '../checksum-headers.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { renderCopyResult } from './copy-result.ts';
import { copySource } from './copy-source.ts';
import { objectHeaders, writeConditions } from './object-parameters.ts';

export const copyObject: Operation = {
  name: 'CopyObject',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'copy');
    const { result } = await request.call('CopyObject', copyParameters(request));
    return { status: 200, xml: renderCopyResult('CopyObjectResult', result.CopyObjectResult) };
  },
};

function copyParameters(request: GatewayRequest): CopyObjectRequest {
  const { headers } = request;
  const directive = metadataDirective(headers);
  return {
    Bucket: request.bucket,
    Key: request.key,
    ...copySource(request),
    ...writeConditions(headers),
    ...wantedChecksum(headers),
    ...aclHeaders(headers),
    MetadataDirective: directive,
    // With COPY the headers of the request say nothing about the new object.
    ...(directive === 'REPLACE' ? objectHeaders(headers) : {}),
    ...given({ ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner') }),
  };
}

function metadataDirective(headers: GatewayRequest['headers']): 'COPY' | 'REPLACE' {
  const directive = headerValue(headers, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw new S3Error('InvalidArgument', 'Unknown metadata directive.', {
    fields: { ArgumentName: 'x-amz-metadata-directive', ArgumentValue: directive },
  });
}
