// The blobs that a record names, whatever kind of record it is: read out of it, and put back into it.
//
// Extend this file when a new kind of record names blobs; who counts, repairs and moves blobs asks nobody else.

import type { BlobRecord } from '../contracts/records.ts';
import { PredastoreError } from '../core/errors.ts';
import { decodeObject, decodePart, encodeObject, encodeRecord } from './record-codec.ts';
import { parseSubject } from './subjects.ts';

/** The blobs of the record at `subject`. Throws `metadata-corrupt` for one that cannot be read or that names none by its kind. */
export function blobsOf(subject: string, payload: Uint8Array): readonly BlobRecord[] {
  return decodeNaming(subject, payload).blobs;
}

/** The record at `subject` with every blob replaced by what `change` makes of it; `undefined` when that changes nothing. */
export function withBlobs(
  subject: string,
  payload: Uint8Array,
  change: (blob: BlobRecord) => BlobRecord,
): Buffer | undefined {
  const record = decodeNaming(subject, payload);
  const blobs = record.blobs.map(change);
  if (blobs.every((blob, at) => blob === record.blobs[at])) return undefined;
  return record.kind === 'object'
    ? encodeObject({ ...record.record, blobs })
    : encodeRecord({ ...record.record, blobs });
}

function decodeNaming(
  subject: string,
  payload: Uint8Array,
): { readonly blobs: readonly BlobRecord[] } & (
  | { readonly kind: 'object'; readonly record: ReturnType<typeof decodeObject> }
  | { readonly kind: 'part'; readonly record: ReturnType<typeof decodePart> }
) {
  const { kind } = parseSubject(subject);
  if (kind === 'object' || kind === 'version') {
    const record = decodeObject(payload);
    return { kind: 'object', record, blobs: record.blobs };
  }
  if (kind === 'part') {
    const record = decodePart(payload);
    return { kind, record, blobs: record.blobs };
  }
  throw new PredastoreError('metadata-corrupt', `a record of kind ${kind} names no blobs`);
}
