// UploadPartCopy: reads a range of an object and stores it as a part, a blob of its own.

import { PART_BYTES_MAX } from '../core/limits.ts';
import { isKeyRefusal, unlock } from './customer-key.ts';
import { letGo, openSource } from './read-source.ts';
import { storePart, uploadAddressOf } from './upload-part.ts';
import type { CopySource, UploadPartCopyOutcome, UploadPartRequest } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

type TooLarge = Extract<UploadPartCopyOutcome, { readonly kind: 'too-large' }>;

export async function uploadPartCopy(
  context: ObjectContext,
  request: UploadPartRequest,
  source: CopySource,
  signal: AbortSignal,
): Promise<UploadPartCopyOutcome> {
  const upload = await context.metadata.uploads.get(uploadAddressOf(request));
  if (upload === undefined) return { kind: 'no-such-upload' };
  const cipher = unlock(upload.record.customerKey, request.customerKey);
  if (isKeyRefusal(cipher)) return cipher;
  const opened = await openSource<TooLarge>(context, source, (sizeBytes) =>
    sizeBytes > PART_BYTES_MAX ? { kind: 'too-large', sizeBytes } : undefined,
  );
  if (opened.kind !== 'open') return opened;
  const body = { ...opened.body, announced: [], claims: () => [] };
  const part = { request, upload: upload.record, body, signal, ...(cipher && { cipher }) };
  const stored = await storePart(context, part).finally(() => letGo(opened));
  return stored.kind === 'stored' ? { ...stored, source: opened.record } : stored;
}
