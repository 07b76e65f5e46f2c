// AbortMultipartUpload: ends an upload and forgets its parts.

import type { ServiceParts, TypedHandler } from '../handler.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';

export function abortMultipartUpload(parts: ServiceParts): TypedHandler<'AbortMultipartUpload'> {
  return async (request, call) => {
    const upload = await locateUpload(parts, call, request, 's3:AbortMultipartUpload');
    const outcome = await parts.multipart.abort(upload);
    if (outcome.kind === 'no-such-upload') throw noSuchUpload(request.UploadId);
    return { result: {} };
  };
}
