// The route table: every request finds exactly the operation that AWS documents for it, and no sub-resource falls through.

import { describe, expect, test } from '@jest/globals';
import { parseTarget } from '../../../src/gateway/request-target.ts';
import { routeOf } from '../../../src/gateway/routes.ts';
import type { GatewayRequest } from '../../../src/gateway/operation.ts';
import { isS3Error } from '../../../src/contracts/s3-errors.ts';

function nameOf(method: string, url: string): string {
  return routeOf(method, parseTarget(url, 'host', [])).name;
}

async function refusalOf(method: string, url: string): Promise<string> {
  const operation = routeOf(method, parseTarget(url, 'host', []));
  expect(operation.name).toBe('Unsupported');
  try {
    await operation.handle(undefined as unknown as GatewayRequest);
  } catch (error) {
    if (isS3Error(error)) return error.code;
    throw error;
  }
  return 'none';
}

describe('routes', () => {
  test.each([
    ['GET', '/', 'ListBuckets'],
    ['GET', '/?x-id=ListBuckets', 'ListBuckets'],
    ['PUT', '/bkt', 'CreateBucket'],
    ['PUT', '/bkt/', 'CreateBucket'],
    ['HEAD', '/bkt', 'HeadBucket'],
    ['DELETE', '/bkt', 'DeleteBucket'],
    ['GET', '/bkt', 'ListObjects'],
    ['GET', '/bkt/?prefix=a&marker=b', 'ListObjects'],
    ['GET', '/bkt?list-type=2&prefix=&max-keys=1', 'ListObjectsV2'],
    ['GET', '/bkt?versions', 'ListObjectVersions'],
    ['GET', '/bkt?location', 'GetBucketLocation'],
    ['GET', '/bkt?versioning=', 'GetBucketVersioning'],
    ['GET', '/bkt?lifecycle', 'GetBucketLifecycleConfiguration'],
    ['POST', '/bkt?delete', 'DeleteObjects'],
    ['PUT', '/bkt/k', 'PutObject'],
    ['PUT', '/bkt/k?x-id=PutObject', 'PutObject'],
    ['PUT', '/bkt/k?X-Amz-Signature=x&X-Amz-Expires=1', 'PutObject'],
    ['GET', '/bkt/k', 'GetObject'],
    ['GET', '/bkt/k?response-content-type=x', 'GetObject'],
    ['GET', '/bkt/k?cachebuster=1', 'GetObject'],
    ['HEAD', '/bkt/k', 'HeadObject'],
    ['DELETE', '/bkt/k?versionId=null', 'DeleteObject'],
  ])('%s %s is %s', (method, url, operation) => {
    expect(nameOf(method, url)).toBe(operation);
  });

  test.each([
    ['PUT', '/bkt?acl', 'NotImplemented'],
    ['PUT', '/bkt?versioning', 'NotImplemented'],
    ['PUT', '/bkt?brand-new', 'NotImplemented'],
    ['DELETE', '/bkt?acl', 'NotImplemented'],
    ['DELETE', '/bkt?brand-new', 'NotImplemented'],
    ['GET', '/bkt?uploads', 'NotImplemented'],
    ['GET', '/bkt?brand-new', 'NotImplemented'],
    ['POST', '/bkt/k?uploads', 'NotImplemented'],
    ['PUT', '/bkt/k?partNumber=1&uploadId=x', 'NotImplemented'],
    ['PUT', '/bkt/k?tagging', 'NotImplemented'],
    ['PUT', '/bkt/k?acl', 'NotImplemented'],
    ['PUT', '/bkt/k?brand-new', 'NotImplemented'],
    ['DELETE', '/bkt/k?tagging', 'NotImplemented'],
    ['DELETE', '/bkt/k?uploadId=x', 'NotImplemented'],
    ['GET', '/bkt/k?acl', 'NotImplemented'],
    ['GET', '/bkt/k?attributes', 'NotImplemented'],
    ['POST', '/bkt', 'MethodNotAllowed'],
    ['PATCH', '/bkt/k', 'MethodNotAllowed'],
    ['OPTIONS', '/bkt/k', 'MethodNotAllowed'],
    ['PUT', '/', 'MethodNotAllowed'],
  ])('%s %s is refused with %s', async (method, url, code) => {
    expect(await refusalOf(method, url)).toBe(code);
  });
});

describe('virtual-hosted style', () => {
  const domains = ['s3.example', 'other.example'];

  test.each([
    ['bkt.s3.example', '/a//b/', 'object', 'bkt', 'a//b/'],
    ['bkt.s3.example:9000', '/', 'bucket', 'bkt', ''],
    ['with.dots.other.example', '/k', 'object', 'with.dots', 'k'],
    ['BKT.S3.Example', '/k', 'object', 'bkt', 'k'],
    ['s3.example', '/bkt/k', 'object', 'bkt', 'k'],
    ['elsewhere', '/bkt', 'bucket', 'bkt', ''],
    ['s3.example', '/', 'service', '', ''],
  ])('%s %s', (host, url, ...parts) => {
    const { level, bucket, key } = parseTarget(url, host, domains);
    expect([level, bucket, key]).toEqual(parts);
  });
});
