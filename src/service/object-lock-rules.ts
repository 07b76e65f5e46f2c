// What AWS accepts as the object lock configuration of a bucket.

import type { DefaultRetention, ObjectLockSettings } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { RETENTION_DAYS_MAX, RETENTION_YEARS_MAX } from '../core/limits.ts';

/** The configuration as it may be kept; or the error that AWS answers. */
export function checkedObjectLock(given: ObjectLockSettings): ObjectLockSettings {
  const { Rule: rule } = given;
  if (rule === undefined) return { ObjectLockEnabled: 'Enabled' };
  const { Mode, Days, Years } = rule.DefaultRetention;
  if ((Days === undefined) === (Years === undefined)) throw new S3Error('MalformedXML');
  const period: Omit<DefaultRetention, 'Mode'> =
    Days !== undefined
      ? { Days: bounded('Days', Days, RETENTION_DAYS_MAX) }
      : { Years: bounded('Years', Years ?? 0, RETENTION_YEARS_MAX) };
  return { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode, ...period } } };
}

function bounded(name: 'Days' | 'Years', value: number, max: number): number {
  if (value >= 1 && value <= max) return value;
  const words =
    value < 1
      ? 'Default retention period must be a positive integer value.'
      : 'Default retention period too large.';
  throw new S3Error('InvalidArgument', words, { fields: { ArgumentName: name } });
}
