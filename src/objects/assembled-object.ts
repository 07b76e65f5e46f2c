// The object that the parts of an upload make: by a completion, or when metadata is made anew from shards.

import { createHash } from 'node:crypto';
import { propertiesOf } from './object-properties.ts';
import type { ChecksumPlan } from './part-checksums.ts';
import type { ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';

export interface Assembly {
  readonly upload: UploadRecord;
  /** In the order of their numbers. */
  readonly parts: readonly PartRecord[];
  readonly plan: ChecksumPlan | undefined;
  /** Of the whole, after `plan`. */
  readonly checksum: string | undefined;
  /** ISO 8601 with milliseconds. */
  readonly modified: string;
  /** Id of the request that makes the object. */
  readonly request: string;
}

export function assembledObject(assembly: Assembly): ObjectRecord {
  const { upload, parts, plan, checksum, modified, request } = assembly;
  return {
    v: 1,
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: etagOf(parts),
    modified,
    headers: upload.headers,
    meta: upload.meta,
    ...propertiesOf(upload),
    ...(plan === undefined || checksum === undefined ? {} : { checksums: { [plan.algorithm]: checksum } }),
    blobs: parts.flatMap((part) => part.blobs),
    upload: upload.id,
    parts: parts.map((part) => summaryOf(part, plan)),
    request,
  };
}

function etagOf(parts: readonly PartRecord[]): string {
  const md5s = createHash('md5');
  for (const part of parts) md5s.update(part.etag, 'hex');
  return `${md5s.digest('hex')}-${parts.length}`;
}

function summaryOf(
  part: PartRecord,
  plan: ChecksumPlan | undefined,
): NonNullable<ObjectRecord['parts']>[number] {
  const { number, size } = part;
  const checksum = plan === undefined ? undefined : part.checksums?.[plan.algorithm];
  return checksum === undefined ? { number, size } : { number, size, checksum };
}
