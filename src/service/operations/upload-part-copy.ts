// UploadPartCopy: stores a part of an upload from an object, or a range of one.

import { PART_BYTES_MAX } from '../../core/limits.ts';
import type { ByteRange } from '../../core/body.ts';
import { enterBucket } from '../access.ts';
import { checksumFieldsOf } from '../checksums.ts';
import { enterSource, sourceErrorOf, sourceVersionOf } from '../copy-source.ts';
import { customerKeyOf, encryptionOf, partKeyErrorOf } from '../customer-key.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { entityTooLarge, writeWarnings } from '../object-body.ts';
import { quoted } from '../object-reading.ts';
import { invalidArgument, requirePartNumber } from '../part-number.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';

export function uploadPartCopy(parts: ServiceParts): TypedHandler<'UploadPartCopy'> {
  return async (request, call) => {
    requirePartNumber(request.PartNumber);
    const range = rangeOf(request.CopySourceRange);
    // Both permissions count before anything is said of the upload, that of writing before anything is said of the source.
    await enterBucket(parts, call, request, 's3:PutObject');
    const entered = await enterSource(parts, call, request);
    const upload = await locateUpload(parts, call, request, 's3:PutObject');
    const key = customerKeyOf(request);
    const source = range === undefined ? entered : { ...entered, range };
    const number = request.PartNumber;
    const part = { ...upload, ...key, number, requestId: call.context.requestId };
    const outcome = await parts.multipart.uploadPartCopy(part, source, call.signal);
    switch (outcome.kind) {
      case 'stored': {
        const { etag, modified } = outcome.part;
        const CopyPartResult = {
          ETag: quoted(etag),
          LastModified: modified,
          ...checksumFieldsOf(outcome.part),
        };
        const version = outcome.source === undefined ? {} : sourceVersionOf(outcome.source, source);
        const result = { CopyPartResult, ...encryptionOf(key, request), ...version };
        return { result, headers: writeWarnings(outcome) };
      }
      case 'no-such-upload':
        throw noSuchUpload(request.UploadId);
      case 'too-large':
        throw entityTooLarge(outcome.sizeBytes, PART_BYTES_MAX);
      case 'source':
        throw sourceErrorOf(outcome, request);
      default:
        throw partKeyErrorOf(outcome.kind);
    }
  };
}

const RANGE = /^bytes=(\d{1,15})-(\d{1,15})$/;

/** Unlike a Range header, both ends are needed and nothing is clamped. */
function rangeOf(text: string | undefined): ByteRange | undefined {
  if (text === undefined) return undefined;
  const [, first = '', last = ''] = RANGE.exec(text) ?? [];
  const range = { start: Number(first), end: Number(last) + 1 };
  if (first !== '' && range.start < range.end) return range;
  throw invalidArgument(
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    'x-amz-copy-source-range',
    text,
  );
}
