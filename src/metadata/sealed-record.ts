// What lies sealed beside every shard: the record that the write was to become, so that metadata can be made anew from shards alone.
//
//   { "bucket": <id>, "key", "record": <ObjectRecord>, "in": <SealedBucket> }                          a plain object
//   { "bucket": <id>, "key", "upload", "record": <PartRecord>, "of": <UploadRecord>, "in" }            a part of an upload
//
// `in`, `of` and `left` came later: shards of an earlier version lack them. The seal is written before the commit, once: what happens to
// the object afterwards (tags, ACL, copies, completion, deletion) is not in it.
// Invariants:
//   1. It has at most SHARD_RECORD_BYTES_MAX bytes, whatever a client sends: what is too much is left out, and `left` says so. What is
//       needed to read the bytes and to know them (key, size, ETag, checksums, blobs, customer key) is never left out.

import type { BucketRecord, ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';
import { SHARD_RECORD_BYTES_MAX } from '../core/limits.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { expect, isFields, isText, type Fields } from './field-checks.ts';
import { decodeBucket, decodeObject, decodePart, decodeUpload } from './record-codec.ts';

/** A bucket without its settings, which may be larger than any seal. */
export type SealedBucket = Omit<BucketRecord, 'settings' | 'state'>;

interface SealedBase {
  /** Id of the bucket. */
  readonly bucket: string;
  readonly key: string;
  readonly in?: SealedBucket;
  /** Fields of `record` or `of` that were too large; `of`: all of it. */
  readonly left?: readonly string[];
}

export interface SealedObject extends SealedBase {
  readonly record: ObjectRecord;
  readonly upload?: undefined;
}

export interface SealedPart extends SealedBase {
  readonly record: PartRecord;
  /** Id of the upload that the part belongs to. */
  readonly upload: string;
  readonly of?: UploadRecord;
}

export type SealedRecord = SealedObject | SealedPart;

/** What goes first when a seal is too large: the largest, and the easiest to set again. */
const SHEDDING: readonly (readonly string[])[] = [
  [],
  ['acl'],
  ['acl', 'tags'],
  ['acl', 'tags', 'headers', 'meta'],
  ['acl', 'tags', 'headers', 'meta', 'websiteRedirect', 'of'],
];
/** Required by the format of a record: left empty, not absent. */
const REQUIRED: ReadonlySet<string> = new Set(['headers', 'meta']);

export function sealedBucketOf({
  settings: _settings,
  state: _state,
  ...bucket
}: BucketRecord): SealedBucket {
  return bucket;
}

export function encodeSealedRecord(sealed: SealedRecord): Buffer {
  for (const left of SHEDDING) {
    const bytes = Buffer.from(JSON.stringify(left.length === 0 ? sealed : without(sealed, left)));
    if (bytes.length <= SHARD_RECORD_BYTES_MAX) return bytes;
  }
  throw new PredastoreError('internal', 'what identifies an object does not fit a seal');
}

function without(sealed: SealedRecord, left: readonly string[]): Fields {
  const { of, ...rest } = sealed as SealedPart;
  return {
    ...rest,
    record: shed(sealed.record, left),
    ...(of !== undefined && !left.includes('of') && { of: shed(of, left) }),
    left,
  };
}

function shed(record: ObjectRecord | PartRecord | UploadRecord, left: readonly string[]): Fields {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]): [string, unknown][] => {
      if (!left.includes(name)) return [[name, value]];
      return REQUIRED.has(name) ? [[name, {}]] : [];
    }),
  );
}

/** Strictly checked. Throws `metadata-corrupt`. */
export function decodeSealedRecord(bytes: Uint8Array): SealedRecord {
  try {
    const sealed: unknown = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
    );
    expect(isFields(sealed), 'not an object');
    const { bucket, key, upload, record, of, left } = sealed;
    expect(isText(bucket) && isText(key), 'bucket or key');
    expect(left === undefined || (Array.isArray(left) && left.every(isText)), 'left');
    const base = { bucket, key, ...(left !== undefined && { left }), ...bucketIn(sealed) };
    if (upload === undefined) return { ...base, record: checked(record, decodeObject) };
    expect(isText(upload), 'upload');
    const part = { ...base, upload, record: checked(record, decodePart) };
    return of === undefined ? part : { ...part, of: checked(of, decodeUpload) };
  } catch (error) {
    throw new PredastoreError('metadata-corrupt', `sealed record: ${messageOf(error)}`, error);
  }
}

function bucketIn({ in: bucket }: Fields): { readonly in?: SealedBucket } {
  if (bucket === undefined) return {};
  expect(isFields(bucket), 'in');
  return { in: sealedBucketOf(checked({ ...bucket, state: 'active' }, decodeBucket)) };
}

function checked<T>(value: unknown, decode: (bytes: Uint8Array) => T): T {
  return decode(Buffer.from(JSON.stringify(value ?? null)));
}
