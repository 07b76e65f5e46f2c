// The headers an object keeps: content headers and user metadata, from AWS names to the record's and back.

import { S3Error } from '../contracts/s3-errors.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import { USER_METADATA_BYTES_MAX } from '../core/limits.ts';

/** AWS field → header in the record. */
const CONTENT_HEADERS = {
  ContentType: 'content-type',
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  Expires: 'expires',
} as const;

type ContentField = keyof typeof CONTENT_HEADERS;
const CONTENT_FIELDS = Object.keys(CONTENT_HEADERS) as readonly ContentField[];

export type ContentFields = Partial<Record<ContentField, string>>;

/** What AWS says of an object that was stored without a Content-Type. */
const CONTENT_TYPE_DEFAULT = 'binary/octet-stream';

/** Go's SDK structs carry times as RFC 3339; HTTP wants its own form. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT/;

/** The content headers to keep. */
export function contentHeadersOf(request: Readonly<ContentFields>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const field of CONTENT_FIELDS) {
    const value = request[field];
    if (value === undefined || value === '') continue;
    headers[CONTENT_HEADERS[field]] = field === 'Expires' ? httpDateOf(value) : value;
  }
  return headers;
}

/** The content headers of a record, as fields of a reply. */
export function contentFieldsOf(record: ObjectRecord): ContentFields & { ContentType: string } {
  const fields: ContentFields & { ContentType: string } = { ContentType: CONTENT_TYPE_DEFAULT };
  for (const field of CONTENT_FIELDS) {
    const value = record.headers[CONTENT_HEADERS[field]];
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/** User metadata under lower-case names, within the bounds of AWS. */
export function userMetadataOf(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const kept = new Map<string, string>();
  let sizeBytes = 0;
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const lowerCase = name.toLowerCase();
    if (kept.has(lowerCase)) throw new S3Error('InvalidArgument', `Metadata names ${lowerCase} twice.`);
    kept.set(lowerCase, value);
    sizeBytes += Buffer.byteLength(lowerCase) + Buffer.byteLength(value);
  }
  if (sizeBytes > USER_METADATA_BYTES_MAX) {
    const fields = { Size: String(sizeBytes), MaxSizeAllowed: String(USER_METADATA_BYTES_MAX) };
    throw new S3Error('MetadataTooLarge', undefined, { fields });
  }
  return Object.fromEntries(kept);
}

/** A time as HTTP writes it; what is no RFC 3339 time passes unchanged, as S3 keeps any text in Expires. */
function httpDateOf(text: string): string {
  if (!RFC_3339.test(text)) return text;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toUTCString();
}
