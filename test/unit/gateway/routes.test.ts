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
    await operation.handle({ isAnonymous: false } as unknown as GatewayRequest);
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
    ['GET', '/bkt?bucket=bkt&key=k&etag=%22x%22', 'ListObjects'],
    ['GET', '/bkt?allow-unordered=true', 'ListObjects'],
    ['HEAD', '/bkt?reason=probe', 'HeadBucket'],
    ['GET', '/bkt?list-type=2&prefix=&max-keys=1', 'ListObjectsV2'],
    ['GET', '/bkt?versions', 'ListObjectVersions'],
    ['GET', '/bkt?location', 'GetBucketLocation'],
    ['GET', '/bkt?versioning=', 'GetBucketVersioning'],
    ['PUT', '/bkt?versioning', 'PutBucketVersioning'],
    ['DELETE', '/bkt/k?tagging&versionId=null', 'DeleteObjectTagging'],
    ['GET', '/bkt?lifecycle', 'GetBucketLifecycleConfiguration'],
    ['GET', '/bkt?lifecycle=&withUpdatedAt=true', 'GetBucketLifecycleConfiguration'],
    ['POST', '/bkt?delete', 'DeleteObjects'],
    ['PUT', '/bkt/k', 'PutObject'],
    ['PUT', '/bkt/k?x-id=PutObject', 'PutObject'],
    ['PUT', '/bkt/k?x-user=johndoe', 'PutObject'],
    ['PUT', '/bkt/k?X-Amz-Signature=x&X-Amz-Expires=1', 'PutObject'],
    ['PUT', '/bkt/k?AWSAccessKeyId=x&Signature=x&Expires=1&content-type=text%2Fx', 'PutObject'],
    ['DELETE', '/bkt/k?AWSAccessKeyId=x&Signature=x&Expires=1&x-amz-security-token=t', 'DeleteObject'],
    ['DELETE', '/bkt?AWSAccessKeyId=x&Signature=x&Expires=1', 'DeleteBucket'],
    ['GET', '/bkt/k', 'GetObject'],
    ['GET', '/bkt/k?response-content-type=x', 'GetObject'],
    ['GET', '/bkt/k?cachebuster=1', 'GetObject'],
    ['HEAD', '/bkt/k', 'HeadObject'],
    ['DELETE', '/bkt/k?versionId=null', 'DeleteObject'],
    ['POST', '/bkt', 'PostObject'],
    ['POST', '/bkt/', 'PostObject'],
    ['GET', '/bkt?uploads', 'ListMultipartUploads'],
    ['GET', '/bkt?uploads&prefix=a&key-marker=b&upload-id-marker=c&max-uploads=1', 'ListMultipartUploads'],
    ['POST', '/bkt/k?uploads', 'CreateMultipartUpload'],
    ['POST', '/bkt/k?restore&versionId=null', 'RestoreObject'],
    ['POST', '/bkt/k?uploads=&x-id=CreateMultipartUpload', 'CreateMultipartUpload'],
    ['PUT', '/bkt/k?partNumber=1&uploadId=x', 'UploadPart'],
    ['PUT', '/bkt/k?uploadId=x&partNumber=1&x-id=UploadPart', 'UploadPart'],
    ['POST', '/bkt/k?uploadId=x', 'CompleteMultipartUpload'],
    ['DELETE', '/bkt/k?uploadId=x', 'AbortMultipartUpload'],
    ['GET', '/bkt/k?uploadId=x&max-parts=1&part-number-marker=2', 'ListParts'],
    ['GET', '/bkt/k?attributes', 'GetObjectAttributes'],
    ['GET', '/bkt/k?partNumber=2', 'GetObject'],
    ['HEAD', '/bkt/k?partNumber=2', 'HeadObject'],
  ])('%s %s is %s', (method, url, operation) => {
    expect(nameOf(method, url)).toBe(operation);
  });

  test.each([
    ['DELETE', '/bkt?acl', 'NotImplemented'],
    ['PUT', '/bkt?brand-new', 'NotImplemented'],
    ['DELETE', '/bkt?brand-new', 'NotImplemented'],
    ['GET', '/bkt?brand-new', 'NotImplemented'],
    ['PUT', '/bkt/k?brand-new', 'NotImplemented'],
    ['PUT', '/bkt/k?brand-new=1', 'NotImplemented'],
    ['GET', '/bkt?metadataTable=1', 'NotImplemented'],
    ['PATCH', '/bkt/k', 'MethodNotAllowed'],
    ['OPTIONS', '/', 'MethodNotAllowed'],
    ['PUT', '/', 'MethodNotAllowed'],
    ['PUT', '/bkt/k?partNumber=1', 'InvalidArgument'],
    ['GET', '/bkt/k?versions', 'InvalidRequest'],
    ['GET', '/bkt/k?uploads', 'InvalidRequest'],
    ['PUT', '/bkt/k?uploadId=x&acl', 'NotImplemented'],
    ['PUT', '/bkt/k?uploadId=x', 'MethodNotAllowed'],
    ['GET', '/bkt?lifecycle&brand-new', 'NotImplemented'],
    ['DELETE', '/bkt/k?partNumber=1', 'NotImplemented'],
    ['HEAD', '/bkt/k?uploadId=x', 'NotImplemented'],
    ['POST', '/bkt/k', 'MethodNotAllowed'],
    ['COPY', '/bkt/k', 'MethodNotAllowed'],
  ])('%s %s is refused with %s', async (method, url, code) => {
    expect(await refusalOf(method, url)).toBe(code);
  });
});

describe('copies', () => {
  const nameWith = (method: string, url: string): string =>
    routeOf(method, parseTarget(url, 'host', []), { 'x-amz-copy-source': 'a/b' }).name;

  test.each([
    ['PUT', '/bkt/k', 'CopyObject'],
    ['PUT', '/bkt/k?partNumber=1&uploadId=x', 'UploadPartCopy'],
    ['PUT', '/bkt/k?tagging', 'Unsupported'],
    ['PUT', '/bkt', 'CreateBucket'],
    ['GET', '/bkt/k', 'Unsupported'],
  ])('%s %s with a source is %s', (method, url, operation) => {
    expect(nameWith(method, url)).toBe(operation);
  });
});

describe('no sub-resource falls through', () => {
  /** What a request does when its sub-resource is overlooked. */
  const PLAIN = new Set([
    ...['CreateBucket', 'HeadBucket', 'DeleteBucket', 'ListObjects', 'ListObjectsV2', 'PostObject'],
    ...['PutObject', 'CopyObject', 'GetObject', 'HeadObject', 'DeleteObject'],
  ]);
  const OF_BUCKETS = [
    ...['abac', 'accelerate', 'acl', 'analytics', 'cors', 'delete', 'encryption', 'intelligent-tiering'],
    ...['inventory', 'lifecycle', 'location', 'logging', 'metadataConfiguration', 'metadataTable', 'metrics'],
    ...['metadataInventoryTable', 'metadataJournalTable', 'notification', 'object-lock', 'ownershipControls'],
    ...['policy', 'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'session', 'tagging'],
    ...['uploads', 'versioning', 'versions', 'website'],
  ];
  const OF_OBJECTS = [
    ...['acl', 'append', 'attributes', 'encryption', 'legal-hold', 'renameObject', 'restore', 'retention'],
    ...['select', 'tagging', 'torrent', 'uploadId', 'uploads'],
  ];

  test.each(['GET', 'HEAD', 'PUT', 'POST', 'DELETE'])('%s', (method) => {
    const urls = [...OF_BUCKETS.map((name) => `/bkt?${name}`), ...OF_OBJECTS.map((name) => `/bkt/k?${name}`)];
    for (const url of urls) {
      for (const form of [url, `${url}=x`, `${url}&select-type=2&x-id=Anything`]) {
        for (const headers of [{}, { 'x-amz-copy-source': 'a/b' }]) {
          const { name } = routeOf(method, parseTarget(form, 'host', []), headers);
          expect([method, form, PLAIN.has(name)]).toEqual([method, form, false]);
        }
      }
    }
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
