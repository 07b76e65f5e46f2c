// What a client says of an object that it stores, by whatever operation: its headers, metadata and conditions.

import type { PutObjectRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { USER_METADATA_BYTES_MAX } from '../../core/limits.ts';
import { receivedMetadata } from '../encoded-words.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';

const META_PREFIX = 'x-amz-meta-';

type Headers = GatewayRequest['headers'];

export interface ObjectHeaders {
  ContentType?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  Expires?: string;
  Metadata?: Record<string, string>;
}

/** Address, headers and metadata of a new object. */
export function objectParameters(
  request: GatewayRequest,
): ObjectHeaders & Pick<PutObjectRequest, 'Bucket' | 'Key' | 'ExpectedBucketOwner'> {
  return {
    Bucket: request.bucket,
    Key: request.key,
    ...objectHeaders(request.headers),
    ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
  };
}

export function objectHeaders(headers: Headers): ObjectHeaders {
  return given({
    ContentType: headerValue(headers, 'content-type'),
    CacheControl: headerValue(headers, 'cache-control'),
    ContentDisposition: headerValue(headers, 'content-disposition'),
    ContentEncoding: storedEncoding(headerValue(headers, 'content-encoding')),
    ContentLanguage: headerValue(headers, 'content-language'),
    Expires: headerValue(headers, 'expires'),
    Metadata: userMetadata(headers),
  });
}

/** The tags of a new object, as a query string. */
export function tagging(headers: Headers): { Tagging?: string } {
  return given({ Tagging: headerValue(headers, 'x-amz-tagging') });
}

/** Storage class, and where a website redirects to: of the new object itself, also when it is a copy. */
export function properties(headers: Headers): { StorageClass?: string; WebsiteRedirectLocation?: string } {
  return given({
    StorageClass: headerValue(headers, 'x-amz-storage-class'),
    WebsiteRedirectLocation: headerValue(headers, 'x-amz-website-redirect-location'),
  });
}

/** What must hold of the object that is replaced. */
export function writeConditions(headers: Headers): { IfMatch?: string; IfNoneMatch?: string } {
  return given({
    IfMatch: headerValue(headers, 'if-match'),
    IfNoneMatch: headerValue(headers, 'if-none-match'),
  });
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

function userMetadata(headers: Headers): Record<string, string> | undefined {
  // Not by assignment: `__proto__` is a name like any other.
  const metadata = new Map<string, string>();
  let bytes = 0;
  for (const header in headers) {
    if (!header.startsWith(META_PREFIX)) continue;
    const name = header.slice(META_PREFIX.length);
    if (name === '') throw new S3Error('InvalidArgument', 'A user metadata header has no name.');
    const value = receivedMetadata(String(headers[header]));
    bytes += name.length + Buffer.byteLength(value);
    metadata.set(name, value);
  }
  if (bytes === 0) return undefined;
  if (bytes <= USER_METADATA_BYTES_MAX) return Object.fromEntries(metadata);
  throw new S3Error('MetadataTooLarge', undefined, {
    fields: { Size: String(bytes), MaxSizeAllowed: String(USER_METADATA_BYTES_MAX) },
  });
}
