// Multipart uploads and copies over metadata and shards: which file does what.

import { abortUpload } from './abort-upload.ts';
import { completeUpload } from './complete-upload.ts';
import { copyObject } from './copy-object.ts';
import { copyThrough } from './copy-through.ts';
import { createUpload } from './create-upload.ts';
import { listParts } from './list-parts.ts';
import { listUploads } from './list-uploads.ts';
import { uploadPartCopy } from './upload-part-copy.ts';
import { uploadPart } from './upload-part.ts';
import type { MultipartStore } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

export function createMultipartStore(context: ObjectContext): MultipartStore {
  return {
    create: (request) => createUpload(context, request),
    uploadPart: (request, body, signal) => uploadPart(context, request, body, signal),
    uploadPartCopy: (request, source, signal) => uploadPartCopy(context, request, source, signal),
    complete: (request) => completeUpload(context, request),
    abort: (request) => abortUpload(context, request),
    listParts: (request, after, limit) => listParts(context, request, after, limit),
    listUploads: (request) => listUploads(context, request),
    copy: (request, signal) =>
      request.customerKey === undefined && request.source.customerKey === undefined
        ? copyObject(context, request, signal)
        : copyThrough(context, request, signal),
  };
}
