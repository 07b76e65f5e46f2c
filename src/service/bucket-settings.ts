// Storing and deleting one setting of a bucket, with S3's words for what can go wrong.

import type { BucketSettings } from '../contracts/bucket-settings.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { BUCKET_SETTINGS_BYTES_MAX } from '../core/limits.ts';
import { noSuchBucket } from './access.ts';
import type { ServiceParts } from './handler.ts';

/** Puts a setting in place of the one before; `undefined` deletes it, which succeeds when it is not there, as at AWS. */
export async function storeSetting<Name extends keyof BucketSettings>(
  { buckets }: Pick<ServiceParts, 'buckets'>,
  bucket: BucketRecord,
  name: Name,
  value: BucketSettings[Name] | undefined,
): Promise<void> {
  if (value === undefined && bucket.settings?.[name] === undefined) return;
  const outcome = await buckets.revise(bucket, (current) => ({
    ...current,
    settings: withSetting(current.settings, name, value),
  }));
  switch (outcome.kind) {
    case 'revised':
      return;
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

function withSetting<Name extends keyof BucketSettings>(
  settings: BucketSettings | undefined,
  name: Name,
  value: BucketSettings[Name] | undefined,
): BucketSettings {
  const { [name]: _replaced, ...others } = settings ?? {};
  return value === undefined ? others : { ...others, [name]: value };
}
