// AbortMultipartUpload: removes the upload; its parts and their blobs follow in every view.

import { uploadAddressOf } from './upload-part.ts';
import type { AbortUploadOutcome, UploadLocator } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

export async function abortUpload(
  context: ObjectContext,
  request: UploadLocator,
): Promise<AbortUploadOutcome> {
  const { uploads } = context.metadata;
  const address = uploadAddressOf(request);
  const upload = await uploads.get(address);
  if (upload === undefined) return { kind: 'no-such-upload' };
  const outcome = await uploads.remove(address, { revision: upload.revision });
  return { kind: outcome.kind === 'committed' ? 'aborted' : 'no-such-upload' };
}
