// ListParts: what has been uploaded so far. The upload is looked up after the page, so that a page of an upload that ended
// meanwhile is never taken for an upload without parts.

import { uploadAddressOf } from './upload-part.ts';
import type { ListPartsOutcome, UploadLocator } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

export async function listParts(
  context: ObjectContext,
  request: UploadLocator,
  after: number,
  limit: number,
): Promise<ListPartsOutcome> {
  const { uploads } = context.metadata;
  const address = uploadAddressOf(request);
  const page = await uploads.parts(address, after, limit);
  const upload = await uploads.get(address);
  if (upload === undefined) return { kind: 'no-such-upload' };
  return { kind: 'page', upload: upload.record, page };
}
