// Where a copy reads from: `x-amz-copy-source` and the conditions on it.

import { S3Error } from '../../contracts/s3-errors.ts';
import { bucketNameProblem } from '../../core/bucket-name.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';
import { checkKey, percentDecoded } from '../request-target.ts';
import { urlEncoded } from './listing.ts';

const VERSION_MARK = '?versionId=';

export interface CopySource {
  /** `bucket/key[?versionId=…]`, the key percent-encoded. */
  CopySource: string;
  CopySourceIfMatch?: string;
  CopySourceIfNoneMatch?: string;
  CopySourceIfModifiedSince?: string;
  CopySourceIfUnmodifiedSince?: string;
  ExpectedSourceBucketOwner?: string;
}

/** The source that the headers of a copy name, in its one canonical spelling. */
export function copySource({ headers }: GatewayRequest): CopySource {
  const { bucket, key, versionId } = parseCopySource(String(headers['x-amz-copy-source'] ?? ''));
  const version = versionId === undefined ? '' : `${VERSION_MARK}${versionId}`;
  return {
    CopySource: `${bucket}/${urlEncoded(key)}${version}`,
    ...given({
      CopySourceIfMatch: headerValue(headers, 'x-amz-copy-source-if-match'),
      CopySourceIfNoneMatch: headerValue(headers, 'x-amz-copy-source-if-none-match'),
      CopySourceIfModifiedSince: headerValue(headers, 'x-amz-copy-source-if-modified-since'),
      CopySourceIfUnmodifiedSince: headerValue(headers, 'x-amz-copy-source-if-unmodified-since'),
      ExpectedSourceBucketOwner: headerValue(headers, 'x-amz-source-expected-bucket-owner'),
    }),
  };
}

/** `[/]bucket/key[?versionId=…]`, decoded once. */
export function parseCopySource(header: string): { bucket: string; key: string; versionId?: string } {
  // AWS decodes first: clients encode the mark too.
  const text = decoded(header);
  const versionAt = text.lastIndexOf(VERSION_MARK);
  const version = versionAt < 0 ? {} : { versionId: text.slice(versionAt + VERSION_MARK.length) };
  const source = (versionAt < 0 ? text : text.slice(0, versionAt)).replace(/^\//, '');
  if (source.startsWith('arn:')) {
    throw new S3Error('NotImplemented', 'Copying through an access point is not implemented.');
  }
  const slash = source.indexOf('/');
  const bucket = source.slice(0, Math.max(slash, 0));
  const key = source.slice(slash + 1);
  if (bucketNameProblem(bucket) !== undefined) throw invalid('Invalid copy source bucket name', header);
  if (key === '') throw invalid('Invalid copy source object key', header);
  checkKey(key);
  return { bucket, key, ...version };
}

function decoded(header: string): string {
  try {
    return percentDecoded(header);
  } catch (error) {
    throw invalid('Invalid copy source encoding', header, error);
  }
}

function invalid(message: string, value: string, cause?: unknown): S3Error {
  const fields = { ArgumentName: 'x-amz-copy-source', ArgumentValue: value };
  return new S3Error('InvalidArgument', message, { fields }, cause);
}
