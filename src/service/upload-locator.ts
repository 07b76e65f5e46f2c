// Which upload a request is about, once it is clear that the caller may.

import type { OperationCall } from '../bus/operation.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { UploadLocator } from '../objects/multipart-store.ts';
import { enterBucket } from './access.ts';
import type { ServiceParts } from './handler.ts';
import { requireKey } from './object-key.ts';

interface UploadRequest {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
  readonly ExpectedBucketOwner?: string;
}

/** Ids that we made; no other one has an upload. */
const UPLOAD_ID = /^[0-9a-f]{32}$/;

export function isUploadId(text: string): boolean {
  return UPLOAD_ID.test(text);
}

export async function locateUpload(
  parts: ServiceParts,
  call: OperationCall,
  request: UploadRequest,
  action: string,
): Promise<UploadLocator> {
  requireKey(request.Key);
  const bucket = await enterBucket(parts, call, request, action);
  if (!isUploadId(request.UploadId)) throw noSuchUpload(request.UploadId);
  return { bucket, key: request.Key, uploadId: request.UploadId };
}

export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error('NoSuchUpload', undefined, { fields: { UploadId: uploadId } });
}
