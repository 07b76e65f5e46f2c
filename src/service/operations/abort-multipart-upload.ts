// AbortMultipartUpload: ends an upload and forgets its parts.

import { S3Error } from '../../contracts/s3-errors.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { invalidArgument } from '../part-number.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';

const HEADER = 'x-amz-if-match-initiated-time';

export function abortMultipartUpload(parts: ServiceParts): TypedHandler<'AbortMultipartUpload'> {
  return async (request, call) => {
    const upload = await locateUpload(parts, call, request, 's3:AbortMultipartUpload');
    const outcome = await parts.multipart.abort({
      ...upload,
      ...initiatedOf(request.IfMatchInitiatedTime, parts.nowMs()),
    });
    switch (outcome.kind) {
      case 'aborted':
        return { result: {} };
      case 'no-such-upload':
        throw noSuchUpload(request.UploadId);
      case 'precondition-failed':
        throw new S3Error('PreconditionFailed', undefined, { fields: { Condition: HEADER } });
    }
  };
}

/** A time that is yet to come is as none, as with the other times of conditions (RFC 9110, 13.1.3). */
function initiatedOf(text: string | undefined, nowMs: number): { initiatedMs?: number } {
  if (text === undefined) return {};
  const initiatedMs = Date.parse(text);
  if (Number.isNaN(initiatedMs)) throw invalidArgument('The time is not valid', HEADER, text);
  return initiatedMs > nowMs ? {} : { initiatedMs };
}
