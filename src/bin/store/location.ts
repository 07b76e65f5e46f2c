// `photos/2026/cat.jpg` on a command line: a bucket and a key. `s3://photos/2026/cat.jpg` is understood as well.

import { PredastoreError } from '../../core/errors.ts';
import { isBucketName } from '../../core/bucket-name.ts';

export interface Location {
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
}

export function parseLocation(text: string | undefined, what: string): Location {
  if (text === undefined || text === '') throw misuse(`name the ${what}: BUCKET/KEY`);
  const path = text.replace(/^s3:\/\//, '').replace(/^\//, '');
  const slash = path.indexOf('/');
  const bucket = slash < 0 ? path : path.slice(0, slash);
  if (!isBucketName(bucket)) throw misuse(`"${bucket}" in "${text}" is not the name of a bucket`);
  return { bucket, key: slash < 0 ? '' : path.slice(slash + 1) };
}

/** A location that must have a key. */
export function parseObject(text: string | undefined, what: string): Location {
  const location = parseLocation(text, what);
  if (location.key === '')
    throw misuse(`name the ${what}: "${location.bucket}" is a bucket, the key is missing`);
  return location;
}

/** A location that must have none. */
export function parseBucket(text: string | undefined): string {
  const { bucket, key } = parseLocation(text, 'bucket');
  if (key !== '') throw misuse(`name a bucket: "${bucket}/${key}" is an object`);
  return bucket;
}

/** A mistake on the command line. */
export function misuse(message: string): PredastoreError {
  return new PredastoreError('invalid-config', message);
}

export function show({ bucket, key }: Location): string {
  return key === '' ? bucket : `${bucket}/${key}`;
}
