// Changing the record of a bucket, most often one setting of it, with S3's words for what can go wrong.

import type { BucketSettings } from '../contracts/bucket-settings.ts';
import type { Revision } from '../buckets/bucket-store.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { BUCKET_SETTINGS_BYTES_MAX } from '../core/limits.ts';
import { noSuchBucket } from './access.ts';
import type { ServiceParts } from './handler.ts';

/** Puts a setting in place of the one before; `undefined` deletes it, which succeeds when it is not there, as at AWS. */
export async function storeSetting<Name extends keyof BucketSettings>(
  parts: Pick<ServiceParts, 'buckets'>,
  bucket: BucketRecord,
  name: Name,
  value: BucketSettings[Name] | undefined,
): Promise<void> {
  if (value === undefined && bucket.settings?.[name] === undefined) return;
  await changeBucket(parts, bucket, (current) => withSetting(current, name, value));
}

/** Changes the record of a bucket; `refused` when the revision would not have it. */
export async function changeBucket(
  { buckets }: Pick<ServiceParts, 'buckets'>,
  bucket: BucketRecord,
  revision: Revision,
): Promise<'changed' | 'refused'> {
  const outcome = await buckets.revise(bucket, revision);
  switch (outcome.kind) {
    case 'revised':
      return 'changed';
    case 'refused':
      return outcome.kind;
    case 'absent':
      throw noSuchBucket(bucket.name);
    case 'conflict':
      throw new S3Error('OperationAborted');
    case 'too-large':
      throw new S3Error(
        'InvalidRequest',
        `The configurations of a bucket may have at most ${BUCKET_SETTINGS_BYTES_MAX} bytes together.`,
      );
  }
}

export function withSetting<Name extends keyof BucketSettings>(
  bucket: BucketRecord,
  name: Name,
  value: BucketSettings[Name] | undefined,
): BucketRecord {
  const { [name]: _replaced, ...others } = bucket.settings ?? {};
  return { ...bucket, settings: value === undefined ? others : { ...others, [name]: value } };
}
