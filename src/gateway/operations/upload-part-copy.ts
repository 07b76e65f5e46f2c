import { S3Error } from '../../contracts/s3-errors.ts';
import { encryptionHeaders, keyParameters, sourceKeyParameters } from '../customer-key-headers.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { renderCopyResult } from './copy-result.ts';
import { copySource } from './copy-source.ts';
import { requiredPartNumber } from './part-number.ts';
import { uploadLocator } from './upload-locator.ts';
import { versionHeaders } from './version-id.ts';

export const uploadPartCopy: Operation = {
  name: 'UploadPartCopy',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'copy');
    const { result } = await request.call('UploadPartCopy', {
      ...uploadLocator(request),
      PartNumber: requiredPartNumber(request.query),
      ...copySource(request),
      ...keyParameters(request),
      ...sourceKeyParameters(request),
      ...given({ CopySourceRange: sourceRange(request.headers) }),
    });
    return {
      status: 200,
      headers: { ...encryptionHeaders(result), ...versionHeaders(result) },
      xml: renderCopyResult('CopyPartResult', result.CopyPartResult),
    };
  },
};

/** Unlike `Range`, a malformed one is refused: the client would take the whole object for a part of it. */
function sourceRange(headers: GatewayRequest['headers']): string | undefined {
  const range = headerValue(headers, 'x-amz-copy-source-range');
  if (range === undefined) return undefined;
  const bounds = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(range);
  if (bounds !== null && Number(bounds[1]) <= Number(bounds[2])) return range;
  throw new S3Error(
    'InvalidArgument',
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    { fields: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: range } },
  );
}
