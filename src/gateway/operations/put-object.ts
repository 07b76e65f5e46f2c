import type { PutObjectRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { USER_METADATA_BYTES_MAX } from '../../core/limits.ts';
import { checksumHeaders } from '../checksum-headers.ts';
import { given, headerValue, receivedText } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';

const META_PREFIX = 'x-amz-meta-';

export const putObject: Operation = {
  name: 'PutObject',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'object');
    const upload = request.upload();
    const { result } = await request.call(
      'PutObject',
      {
        ...objectParameters(request),
        ContentLength: upload.lengthBytes,
        ...(upload.checksum === undefined ? {} : { ChecksumAlgorithm: upload.checksum.kind.name }),
      },
      upload,
    );
    return { status: 200, headers: { ETag: result.ETag, ...checksumHeaders(result) } };
  },
};

function objectParameters({ bucket, key, headers }: GatewayRequest): PutObjectRequest {
  return {
    Bucket: bucket,
    Key: key,
    ...given({
      ContentType: headerValue(headers, 'content-type'),
      CacheControl: headerValue(headers, 'cache-control'),
      ContentDisposition: headerValue(headers, 'content-disposition'),
      ContentEncoding: storedEncoding(headerValue(headers, 'content-encoding')),
      ContentLanguage: headerValue(headers, 'content-language'),
      Expires: headerValue(headers, 'expires'),
      Metadata: userMetadata(headers),
      IfMatch: headerValue(headers, 'if-match'),
      IfNoneMatch: headerValue(headers, 'if-none-match'),
      ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner'),
    }),
  };
}

/** `aws-chunked` is how the body travelled, not what it is. */
function storedEncoding(value: string | undefined): string | undefined {
  if (!value?.includes('aws-chunked')) return value;
  const rest = value
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== 'aws-chunked' && token !== '');
  return rest.length === 0 ? undefined : rest.join(',');
}

function userMetadata(headers: GatewayRequest['headers']): Record<string, string> | undefined {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const header in headers) {
    if (!header.startsWith(META_PREFIX)) continue;
    const name = header.slice(META_PREFIX.length);
    if (name === '') throw new S3Error('InvalidArgument', 'A user metadata header has no name.');
    const value = receivedText(String(headers[header]));
    bytes += name.length + Buffer.byteLength(value);
    metadata[name] = value;
  }
  if (bytes === 0) return undefined;
  if (bytes <= USER_METADATA_BYTES_MAX) return metadata;
  throw new S3Error('MetadataTooLarge', undefined, {
    fields: { Size: String(bytes), MaxSizeAllowed: String(USER_METADATA_BYTES_MAX) },
  });
}
