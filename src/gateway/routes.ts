// The route table: method, level and sub-resource decide the operation. Nothing falls through: a sub-resource that is not
// served is refused by its name, and never ends up as a listing or as CreateBucket.

import { S3Error } from '../contracts/s3-errors.ts';
import { ACCESS_ROUTES } from './access-routes.ts';
import { BUCKET_SETTING_ROUTES } from './bucket-setting-routes.ts';
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { createBucket } from './operations/create-bucket.ts';
import { createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteBucket } from './operations/delete-bucket.ts';
import { deleteObjectTagging } from './operations/delete-object-tagging.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { getBucketLocation } from './operations/get-bucket-location.ts';
import { getBucketVersioning } from './operations/get-bucket-versioning.ts';
import { getObjectTagging } from './operations/get-object-tagging.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { getObjectLegalHold } from './operations/get-object-legal-hold.ts';
import { getObjectLockConfiguration } from './operations/get-object-lock-configuration.ts';
import { getObjectRetention } from './operations/get-object-retention.ts';
import { getObject } from './operations/get-object.ts';
import { headBucket } from './operations/head-bucket.ts';
import { headObject } from './operations/head-object.ts';
import { listBuckets } from './operations/list-buckets.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { listObjects } from './operations/list-objects.ts';
import { listObjectsV2 } from './operations/list-objects-v2.ts';
import { listParts } from './operations/list-parts.ts';
import { RESPONSE_OVERRIDES } from './operations/object-reply.ts';
import { optionsObject } from './operations/options-object.ts';
import { postObject } from './operations/post-object.ts';
import { putBucketVersioning } from './operations/put-bucket-versioning.ts';
import { putObjectTagging } from './operations/put-object-tagging.ts';
import { putObjectLegalHold } from './operations/put-object-legal-hold.ts';
import { putObjectLockConfiguration } from './operations/put-object-lock-configuration.ts';
import { putObjectRetention } from './operations/put-object-retention.ts';
import { putObject } from './operations/put-object.ts';
import { restoreObject } from './operations/restore-object.ts';
import { uploadPartCopy } from './operations/upload-part-copy.ts';
import { uploadPart } from './operations/upload-part.ts';
import type { Operation, Route } from './operation.ts';
import type { RequestTarget } from './request-target.ts';

const PAGE = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
const READ = ['versionId', 'partNumber', ...RESPONSE_OVERRIDES.keys()];

/** `METHOD level` or `METHOD level?sub-resource`; the method of a PUT with `x-amz-copy-source` is `PUT+copy`. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET service': {
    operation: listBuckets,
    parameters: ['max-buckets', 'prefix', 'continuation-token', 'bucket-region'],
  },

  'PUT bucket': { operation: createBucket },
  'HEAD bucket': { operation: headBucket },
  'DELETE bucket': { operation: deleteBucket },
  'GET bucket': { operation: listObjects, parameters: [...PAGE, 'marker'] },
  'GET bucket?list-type': {
    // Clients add what other stores know (`metadata=true` of MinIO); AWS ignores it.
    ignoresUnknown: true,
    operation: listObjectsV2,
    parameters: [...PAGE, 'continuation-token', 'fetch-owner', 'start-after'],
  },
  'GET bucket?versions': {
    ignoresUnknown: true,
    operation: listObjectVersions,
    parameters: [...PAGE, 'key-marker', 'version-id-marker'],
  },
  'GET bucket?uploads': {
    operation: listMultipartUploads,
    parameters: ['prefix', 'delimiter', 'encoding-type', 'key-marker', 'upload-id-marker', 'max-uploads'],
  },
  'POST bucket': { operation: postObject },
  'POST bucket?delete': { operation: deleteObjects },
  'GET bucket?location': { operation: getBucketLocation },

  'GET bucket?versioning': { operation: getBucketVersioning },
  'PUT bucket?versioning': { operation: putBucketVersioning },
  'GET bucket?object-lock': { operation: getObjectLockConfiguration },
  'PUT bucket?object-lock': { operation: putObjectLockConfiguration },

  ...ACCESS_ROUTES,
  ...BUCKET_SETTING_ROUTES,

  'PUT object': { operation: putObject },
  'PUT+copy object': { operation: copyObject },
  'GET object': { operation: getObject, parameters: READ, ignoresUnknown: true },
  'PUT object?tagging': { operation: putObjectTagging, parameters: ['versionId'] },
  'GET object?tagging': { operation: getObjectTagging, parameters: ['versionId'] },
  'DELETE object?tagging': { operation: deleteObjectTagging, parameters: ['versionId'] },
  'PUT object?retention': { operation: putObjectRetention, parameters: ['versionId'] },
  'GET object?retention': { operation: getObjectRetention, parameters: ['versionId'] },
  'PUT object?legal-hold': { operation: putObjectLegalHold, parameters: ['versionId'] },
  'GET object?legal-hold': { operation: getObjectLegalHold, parameters: ['versionId'] },
  'GET object?attributes': { operation: getObjectAttributes, parameters: ['versionId'] },
  'POST object?restore': { operation: restoreObject, parameters: ['versionId'] },
  'HEAD object': { operation: headObject, parameters: READ, ignoresUnknown: true },
  'DELETE object': { operation: deleteObject, parameters: ['versionId'] },

  'POST object?uploads': { operation: createMultipartUpload },
  'PUT object?uploadId': { operation: uploadPart, parameters: ['partNumber'] },
  'PUT+copy object?uploadId': { operation: uploadPartCopy, parameters: ['partNumber'] },
  'POST object?uploadId': { operation: completeMultipartUpload },
  'DELETE object?uploadId': { operation: abortMultipartUpload },
  'GET object?uploadId': {
    operation: listParts,
    parameters: ['max-parts', 'part-number-marker', 'encoding-type'],
  },
};

/** The operations that have a route, for docs/s3-compatibility.md. */
export function routedOperations(): readonly string[] {
  const routed = Object.values(ROUTES).map(({ operation }) => operation.name);
  return [...new Set([...routed, optionsObject.name])];
}

/** Every sub-resource that AWS knows, served or not. */
const SUB_RESOURCES: Readonly<Record<RequestTarget['level'], ReadonlySet<string>>> = {
  service: new Set(),
  bucket: new Set([
    ...[
      'abac',
      'accelerate',
      'acl',
      'analytics',
      'cors',
      'delete',
      'encryption',
      'intelligent-tiering',
      'inventory',
    ],
    ...['lifecycle', 'list-type', 'location', 'logging', 'metadataConfiguration', 'metadataTable', 'metrics'],
    ...['metadataInventoryTable', 'metadataJournalTable'],
    ...['notification', 'object-lock', 'ownershipControls', 'policy', 'policyStatus', 'publicAccessBlock'],
    ...[
      'replication',
      'requestPayment',
      'session',
      'tagging',
      'uploads',
      'versioning',
      'versions',
      'website',
    ],
  ]),
  object: new Set([
    ...['acl', 'append', 'attributes', 'encryption', 'legal-hold', 'renameObject', 'restore'],
    ...['retention', 'select', 'tagging', 'torrent', 'uploadId', 'uploads'],
  ]),
};

/** What may be done at a level without a sub-resource (RFC 9110, 15.5.6: a 405 has to say it). */
const PLAIN_METHODS: Readonly<Record<RequestTarget['level'], readonly string[]>> = {
  service: ['GET'],
  bucket: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  object: ['GET', 'HEAD', 'PUT', 'DELETE'],
};

/**
 * Parameters that say nothing about the operation: presigned signatures (of version 2 with the headers that they are good for), the SDK's
 * own name for it, and what senders leave for access logs
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html: "query-string parameters that begin with x-").
 */
const INDIFFERENT_PARAMETER = /^(x-.*|AWSAccessKeyId|Signature|Expires|content-type|content-md5)$/i;

/** Finds the operation of a request. What has none gets an operation that says so, once the caller is known. */
export function routeOf(
  method: string,
  target: RequestTarget,
  headers: Readonly<Record<string, unknown>> = {},
): Operation {
  const { level, query } = target;
  // A preflight asks about the request that is to come, whatever that is.
  if (method === 'OPTIONS' && level !== 'service') return optionsObject;
  const subResource = query.size === 0 ? undefined : subResourceOf(level, query);
  const verb = verbOf(method, level, headers);
  const route = ROUTES[subResource === undefined ? `${verb} ${level}` : `${verb} ${level}?${subResource}`];
  const misplaced = misplacedOf(verb, target, headers);
  if (misplaced !== undefined) return refusing(misplaced);
  if (route === undefined) return refusing(withoutRoute(method, level, subResource));
  const unknown =
    route.ignoresUnknown === true ? undefined : unknownParameter(route, target, { method, subResource });
  return unknown === undefined ? route.operation : refusing(notImplemented(`${method} ?${unknown}`));
}

function verbOf(
  method: string,
  level: RequestTarget['level'],
  headers: Readonly<Record<string, unknown>>,
): string {
  const copies = level === 'object' && method === 'PUT' && headers['x-amz-copy-source'] !== undefined;
  return copies ? 'PUT+copy' : method;
}

/** What S3 has words of its own for: parts of a request that belong to another one. */
function misplacedOf(
  verb: string,
  { level, query }: RequestTarget,
  headers: Readonly<Record<string, unknown>>,
): S3Error | undefined {
  const source = headers['x-amz-copy-source'];
  if (source !== undefined && !verb.startsWith('PUT') && level !== 'service')
    return invalid(
      'You can only specify a copy source header for copy requests.',
      'x-amz-copy-source',
      source,
    );
  if (level !== 'object') return undefined;
  if (verb === 'GET') return misplacedInRead(query);
  return verb.startsWith('PUT') ? misplacedInWrite(query) : undefined;
}

function misplacedInRead(query: ReadonlyMap<string, string>): S3Error | undefined {
  if (query.has('versions'))
    return new S3Error('InvalidRequest', 'There is no such thing as the ?versions sub-resource for a key');
  if (query.has('uploads'))
    return new S3Error('InvalidRequest', 'Key is not expected for the GET method ?uploads subresource');
  return undefined;
}

function misplacedInWrite(query: ReadonlyMap<string, string>): S3Error | undefined {
  if (isOfUploadOnly(query)) return notAllowed('PUT', 'UPLOAD', ['DELETE', 'POST', 'GET']);
  if (!query.has('partNumber') || query.has('uploadId')) return undefined;
  const words = 'This operation does not accept partNumber without uploadId';
  return invalid(words, 'partNumber', query.get('partNumber'));
}

/** Whether a query names an upload and none of its parts. */
function isOfUploadOnly(query: ReadonlyMap<string, string>): boolean {
  const names = [...query.keys()].filter((name) => !INDIFFERENT_PARAMETER.test(name));
  return names.length === 1 && names[0] === 'uploadId';
}

function invalid(words: string, name: string, value: unknown): S3Error {
  return new S3Error('InvalidArgument', words, {
    fields: { ArgumentName: name, ArgumentValue: String(value) },
  });
}

function subResourceOf(
  level: RequestTarget['level'],
  query: ReadonlyMap<string, string>,
): string | undefined {
  for (const name of query.keys()) if (SUB_RESOURCES[level].has(name)) return name;
  return undefined;
}

function unknownParameter(
  route: Route,
  { level, query }: RequestTarget,
  { method, subResource }: { readonly method: string; readonly subResource: string | undefined },
): string | undefined {
  // AWS overlooks values that it does not know: beside a sub-resource that says which operation it is (minio-go's `withUpdatedAt=true`),
  // and when something is only read (a page that a form redirects to, `allow-unordered=true` of Ceph).
  const overlooks = subResource !== undefined || method === 'GET' || method === 'HEAD';
  for (const [name, value] of query) {
    if (name === subResource || route.parameters?.includes(name) === true) continue;
    const isDetail = overlooks && value !== '' && !SUB_RESOURCES[level].has(name);
    if (!isDetail && !INDIFFERENT_PARAMETER.test(name)) return name;
  }
  return undefined;
}

function withoutRoute(
  method: string,
  level: RequestTarget['level'],
  subResource: string | undefined,
): S3Error {
  if (subResource !== undefined) return notImplemented(`${method} ?${subResource}`);
  return notAllowed(method, level.toUpperCase(), PLAIN_METHODS[level]);
}

function notAllowed(method: string, resource: string, allowed: readonly string[]): S3Error {
  return new S3Error('MethodNotAllowed', undefined, {
    fields: { Method: method, ResourceType: resource },
    headers: { Allow: allowed.join(', ') },
  });
}

/** AWS's words, with what it was that we have not. */
function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', undefined, { fields: { Request: what } });
}

/** What is missing here is no business of who has not signed. */
function refusing(error: S3Error): Operation {
  const handle: Operation['handle'] = ({ isAnonymous }) =>
    Promise.reject(isAnonymous && error.code === 'NotImplemented' ? strangerRefused(error) : error);
  return { name: 'Unsupported', anonymous: true, handle };
}

/** SelectObjectContent is for nobody without an account, whatever a policy allows, and AWS says that in other words. */
function strangerRefused(error: S3Error): S3Error {
  const isSelect = error.fields['Request'] === 'POST ?select';
  const words = isSelect ? 'Anonymous users cannot invoke this API. Please authenticate.' : undefined;
  return new S3Error('AccessDenied', words, {}, error);
}
