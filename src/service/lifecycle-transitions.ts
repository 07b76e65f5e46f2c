// What AWS accepts as transitions of a lifecycle rule. They are kept and given back, and move nothing: this store has one storage class
// (docs/decisions/lifecycle.md). Refusing them would break tools that set whole configurations at once.

import type { LifecycleRule } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';

export interface GivenTransitions {
  readonly Transitions?: readonly {
    readonly Days?: number;
    readonly Date?: string;
    readonly StorageClass?: string;
  }[];
  readonly NoncurrentVersionTransitions?: readonly {
    readonly NoncurrentDays?: number;
    readonly NewerNoncurrentVersions?: number;
    readonly StorageClass?: string;
  }[];
}

type Kept = Pick<LifecycleRule, 'Transitions' | 'NoncurrentVersionTransitions'>;

const DAY_MS = 86_400_000;
const NEWER_VERSIONS_MAX = 100;
const CLASSES: ReadonlySet<string> = new Set([
  ...['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
]);
/** Classes that AWS lets nothing into before this age. */
const INFREQUENT: ReadonlySet<string> = new Set(['STANDARD_IA', 'ONEZONE_IA']);
const INFREQUENT_DAYS_MIN = 30;

/** The transitions as they may be kept, or the error that AWS answers. */
export function checkedTransitions(given: GivenTransitions, expiration: LifecycleRule['Expiration']): Kept {
  const { Transitions: current, NoncurrentVersionTransitions: noncurrent } = given;
  const kept = {
    ...(current === undefined ? {} : { Transitions: current.map(checkedCurrent) }),
    ...(noncurrent === undefined ? {} : { NoncurrentVersionTransitions: noncurrent.map(checkedNoncurrent) }),
  };
  requireDifferentClasses('Transition', kept.Transitions);
  requireDifferentClasses('NoncurrentVersionTransition', kept.NoncurrentVersionTransitions);
  for (const transition of kept.Transitions ?? []) requireBefore(transition, expiration);
  return kept;
}

function checkedCurrent(given: NonNullable<GivenTransitions['Transitions']>[number]): CurrentTransition {
  const { Days: days, Date: date } = given;
  if ((days === undefined) === (date === undefined)) throw new S3Error('MalformedXML');
  const storageClass = checkedClass(given.StorageClass);
  if (days !== undefined) requireAge(days, storageClass, { days: 'Days', action: 'Transition' });
  if (date !== undefined) {
    const timeMs = Date.parse(date);
    if (Number.isNaN(timeMs)) throw new S3Error('MalformedXML');
    if (timeMs % DAY_MS !== 0) throw new S3Error('InvalidArgument', "'Date' must be at midnight GMT");
  }
  return { ...given, StorageClass: storageClass };
}

type CurrentTransition = NonNullable<Kept['Transitions']>[number];
type NoncurrentTransition = NonNullable<Kept['NoncurrentVersionTransitions']>[number];

function checkedNoncurrent(
  given: NonNullable<GivenTransitions['NoncurrentVersionTransitions']>[number],
): NoncurrentTransition {
  const { NoncurrentDays: days, NewerNoncurrentVersions: kept } = given;
  if (days === undefined) throw new S3Error('MalformedXML');
  if (kept !== undefined && (kept < 1 || kept > NEWER_VERSIONS_MAX))
    throw new S3Error(
      'InvalidArgument',
      `'NewerNoncurrentVersions' for NoncurrentVersionTransition action must be between 1 and ${NEWER_VERSIONS_MAX}`,
    );
  const storageClass = checkedClass(given.StorageClass);
  requireAge(days, storageClass, { days: 'NoncurrentDays', action: 'NoncurrentVersionTransition' });
  return { ...given, StorageClass: storageClass };
}

function checkedClass(name: string | undefined): string {
  if (name === undefined || !CLASSES.has(name)) throw new S3Error('MalformedXML');
  return name;
}

function requireAge(days: number, storageClass: string, words: { days: string; action: string }): void {
  if (days < 0)
    throw new S3Error('InvalidArgument', `'${words.days}' for ${words.action} action must be nonnegative`);
  if (INFREQUENT.has(storageClass) && days < INFREQUENT_DAYS_MIN)
    throw new S3Error(
      'InvalidArgument',
      `'${words.days}' in ${words.action} action must be greater than or equal to ${INFREQUENT_DAYS_MIN} for storageClass '${storageClass}'`,
    );
}

function requireDifferentClasses(
  action: string,
  transitions: readonly { readonly StorageClass: string }[] = [],
): void {
  if (new Set(transitions.map(({ StorageClass }) => StorageClass)).size === transitions.length) return;
  throw new S3Error(
    'InvalidRequest',
    `'StorageClass' must be different for '${action}' actions in same 'Rule'`,
  );
}

function requireBefore(
  { Days: days, Date: date }: CurrentTransition,
  expiration: LifecycleRule['Expiration'],
): void {
  if (expiration === undefined || expiration.ExpiredObjectDeleteMarker !== undefined) return;
  if ((date === undefined) !== (expiration.Date === undefined))
    throw new S3Error(
      'InvalidRequest',
      "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule",
    );
  if (days !== undefined && days >= (expiration.Days ?? Infinity))
    throw new S3Error(
      'InvalidArgument',
      "'Days' in the Expiration action must be greater than 'Days' in the Transition action",
    );
}
