// What GET and HEAD of an object have in common: conditions and ranges in, headers out.

import type {
  GetObjectReply,
  HeadObjectReply,
  HeadObjectRequest,
} from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { checksumHeaders } from '../checksum-headers.ts';
import { encryptionHeaders, keyParameters, refuseEncryptionOfRead } from '../customer-key-headers.ts';
import { sendableMetadata } from '../encoded-words.ts';
import { given, headerValue, sendableText } from '../header-text.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { lockHeaders } from '../object-lock-headers.ts';
import type { GatewayRequest } from '../operation.ts';
import { partNumberOf } from './part-number.ts';
import { versionHeaders, versionParameter } from './version-id.ts';

/** Query parameters that replace a header of the reply. */
export const RESPONSE_OVERRIDES: ReadonlyMap<string, string> = new Map([
  ['response-content-type', 'Content-Type'],
  ['response-content-language', 'Content-Language'],
  ['response-expires', 'Expires'],
  ['response-cache-control', 'Cache-Control'],
  ['response-content-disposition', 'Content-Disposition'],
  ['response-content-encoding', 'Content-Encoding'],
]);

/** The parameters of a read. */
export function readParameters(request: GatewayRequest): HeadObjectRequest {
  const { headers } = request;
  refuseEncryptionOfRead(headers);
  const partNumber = partNumberOf(request.query.get('partNumber'));
  if (partNumber !== undefined && headerValue(headers, 'range') !== undefined) {
    throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  return {
    Bucket: request.bucket,
    Key: request.key,
    ...versionParameter(request),
    ...keyParameters(request),
    ...given({
      PartNumber: partNumber,
      Range: headerValue(headers, 'range'),
      IfMatch: headerValue(headers, 'if-match'),
      IfNoneMatch: headerValue(headers, 'if-none-match'),
      IfModifiedSince: headerValue(headers, 'if-modified-since'),
      IfUnmodifiedSince: headerValue(headers, 'if-unmodified-since'),
      ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner'),
    }),
    ...(headers['x-amz-checksum-mode']?.toString().toUpperCase() === 'ENABLED'
      ? { ChecksumMode: 'ENABLED' as const }
      : {}),
  };
}

/** Status and headers of a reply to a read. */
export function objectHead(
  request: GatewayRequest,
  result: GetObjectReply | HeadObjectReply,
): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {
    'Last-Modified': new Date(result.LastModified).toUTCString(),
    ETag: result.ETag,
    'Accept-Ranges': 'bytes',
    'Content-Type': sendableText(result.ContentType),
    'Content-Length': String(result.ContentLength),
    ...encryptionHeaders(result),
    ...(tellsChecksum(request, result) ? checksumHeaders(result) : {}),
    ...versionHeaders(result),
    ...expirationHeaders(result),
    ...lockHeaders(result),
  };
  if (result.ContentRange !== undefined) headers['Content-Range'] = result.ContentRange;
  if (result.PartsCount !== undefined) headers['x-amz-mp-parts-count'] = String(result.PartsCount);
  if (result.TagCount !== undefined) headers['x-amz-tagging-count'] = String(result.TagCount);
  setText(headers, 'x-amz-storage-class', result.StorageClass);
  setText(headers, 'x-amz-website-redirect-location', result.WebsiteRedirectLocation);
  setText(headers, 'Cache-Control', result.CacheControl);
  setText(headers, 'Content-Disposition', result.ContentDisposition);
  setText(headers, 'Content-Encoding', result.ContentEncoding);
  setText(headers, 'Content-Language', result.ContentLanguage);
  setText(headers, 'Expires', result.Expires);
  for (const name in result.Metadata)
    headers[`x-amz-meta-${name}`] = sendableMetadata(result.Metadata[name] ?? '');
  if (request.query.size > 0) applyOverrides(request, headers);
  return { status: result.ContentRange === undefined ? 200 : 206, headers };
}

/** SDKs compare a checksum with the body: a range has none, a part that was asked for by its number has its own. */
function tellsChecksum(request: GatewayRequest, result: GetObjectReply | HeadObjectReply): boolean {
  return result.ContentRange === undefined || request.query.has('partNumber');
}

function setText(headers: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) headers[name] = sendableText(value);
}

function applyOverrides(request: GatewayRequest, headers: Record<string, string>): void {
  for (const [parameter, header] of RESPONSE_OVERRIDES) {
    const value = request.query.get(parameter);
    if (value === undefined) continue;
    if (request.isAnonymous) {
      throw new S3Error(
        'InvalidRequest',
        'Request specific response headers cannot be used for anonymous GET requests.',
      );
    }
    headers[header] = sendableText(value);
  }
}
