import { aclHeaders } from '../acl-parameters.ts';
import { wantedChecksum, wantedChecksumType } from '../checksum-headers.ts';
import { encryptionHeaders, encryptionParameters } from '../customer-key-headers.ts';
import { abortHeaders } from '../lifecycle-headers.ts';
import { lockParameters } from '../object-lock-headers.ts';
import type { Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { document, leaf } from '../xml.ts';
import { objectParameters, properties, tagging } from './object-parameters.ts';

export const createMultipartUpload: Operation = {
  name: 'CreateMultipartUpload',
  anonymous: false,
  async handle(request) {
    const { headers } = request;
    refuseUnsupported(headers, 'object');
    const { result } = await request.call('CreateMultipartUpload', {
      ...objectParameters(request),
      ...aclHeaders(headers),
      ...tagging(headers),
      ...properties(headers),
      ...lockParameters(headers),
      ...encryptionParameters(request),
      ...wantedChecksum(headers),
      ...wantedChecksumType(headers),
    });
    const { ChecksumAlgorithm, ChecksumType } = result;
    return {
      status: 200,
      headers: {
        ...(ChecksumAlgorithm === undefined ? {} : { 'x-amz-checksum-algorithm': ChecksumAlgorithm }),
        ...(ChecksumType === undefined ? {} : { 'x-amz-checksum-type': ChecksumType }),
        ...encryptionHeaders(result),
        ...abortHeaders(result),
      },
      xml: document(
        'InitiateMultipartUploadResult',
        leaf('Bucket', result.Bucket),
        leaf('Key', result.Key),
        leaf('UploadId', result.UploadId),
      ),
    };
  },
};
