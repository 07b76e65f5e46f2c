// AbortMultipartUpload: removes the upload; its parts and their blobs follow in every view.

import { uploadAddressOf } from './upload-part.ts';
import type { AbortUploadOutcome, AbortUploadRequest } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

export async function abortUpload(
  context: ObjectContext,
  request: AbortUploadRequest,
): Promise<AbortUploadOutcome> {
  const { uploads } = context.metadata;
  const address = uploadAddressOf(request);
  const upload = await uploads.get(address);
  if (upload === undefined) return { kind: 'no-such-upload' };
  if (
    request.initiatedMs !== undefined &&
    secondOf(request.initiatedMs) !== secondOf(Date.parse(upload.record.initiated))
  )
    return { kind: 'precondition-failed' };
  const outcome = await uploads.remove(address, { revision: upload.revision });
  return { kind: outcome.kind === 'committed' ? 'aborted' : 'no-such-upload' };
}

/** Clients know the time of a listing to the second. */
function secondOf(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}
