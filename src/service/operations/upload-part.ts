// UploadPart: stores one part of an upload.

import { PART_BYTES_MAX } from '../../core/limits.ts';
import { carriesDigest, checksumDiffersError, checksumFieldsOf, sentDigest } from '../checksums.ts';
import { customerKeyOf, encryptionOf, partKeyErrorOf } from '../customer-key.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { digestMissing } from '../object-lock.ts';
import { requestBody, writeWarnings } from '../object-body.ts';
import { quoted } from '../object-reading.ts';
import { requirePartNumber } from '../part-number.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';

export function uploadPart(parts: ServiceParts): TypedHandler<'UploadPart'> {
  return async (request, call) => {
    requirePartNumber(request.PartNumber);
    const body = requestBody(request, call, PART_BYTES_MAX);
    const upload = await locateUpload(parts, call, request, 's3:PutObject');
    const key = customerKeyOf(request);
    const number = request.PartNumber;
    const checksum = sentDigest(request);
    const part = {
      ...upload,
      ...key,
      ...(checksum && { checksum }),
      isBare: !carriesDigest(request, body),
      number,
      requestId: call.context.requestId,
    };
    const outcome = await parts.multipart.uploadPart(part, body, call.signal);
    if (outcome.kind === 'no-such-upload') throw noSuchUpload(request.UploadId);
    if (outcome.kind === 'checksum-differs') throw checksumDiffersError(outcome);
    if (outcome.kind === 'digest-missing') throw digestMissing('Put Part');
    if (outcome.kind !== 'stored') throw partKeyErrorOf(outcome.kind);
    const { part: stored } = outcome;
    const encryption = encryptionOf(key, request);
    const result = { ETag: quoted(stored.etag), ...checksumFieldsOf(stored), ...encryption };
    return { result, headers: writeWarnings(outcome) };
  };
}
