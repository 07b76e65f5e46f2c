// UploadPart: stores one part of an upload.

import { PART_BYTES_MAX } from '../../core/limits.ts';
import { checksumFieldsOf } from '../checksums.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requestBody, writeWarnings } from '../object-body.ts';
import { quoted } from '../object-reading.ts';
import { requirePartNumber } from '../part-number.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';

export function uploadPart(parts: ServiceParts): TypedHandler<'UploadPart'> {
  return async (request, call) => {
    requirePartNumber(request.PartNumber);
    const body = requestBody(request, call, PART_BYTES_MAX);
    const upload = await locateUpload(parts, call, request, 's3:PutObject');
    const part = { ...upload, number: request.PartNumber, requestId: call.context.requestId };
    const outcome = await parts.multipart.uploadPart(part, body, call.signal);
    if (outcome.kind !== 'stored') throw noSuchUpload(request.UploadId);
    const result = { ETag: quoted(outcome.part.etag), ...checksumFieldsOf(outcome.part) };
    return { result, headers: writeWarnings(outcome) };
  };
}
