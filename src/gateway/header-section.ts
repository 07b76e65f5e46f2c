// How long the headers of a request may be together. Node bounds only the whole head, with the request line in it; a presigned
// URL may be long without its headers being so.

import { S3Error } from '../contracts/s3-errors.ts';
import { HTTP_HEADER_BYTES_MAX } from '../core/limits.ts';

/** What a line has beside its name and value: a colon, a space, and its end. */
const LINE_BYTES = 4;

/** Refuses a request whose headers are too long; `raw` are names and values in turn, as received. */
export function requireHeaderSize(raw: readonly string[]): void {
  let bytes = 0;
  for (let at = 0; at < raw.length; at += 2)
    bytes += (raw[at] ?? '').length + (raw[at + 1] ?? '').length + LINE_BYTES;
  if (bytes <= HTTP_HEADER_BYTES_MAX) return;
  const fields = { MaxSizeAllowed: String(HTTP_HEADER_BYTES_MAX) };
  throw new S3Error('RequestHeaderSectionTooLarge', undefined, { fields });
}
