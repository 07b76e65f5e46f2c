// What AWS accepts as lifecycle rules of a bucket (maintenance/lifecycle.ts carries them out).

import { createHash } from 'node:crypto';
import type { LifecycleFilter, LifecycleRule } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { LIFECYCLE_RULES_MAX, RULE_ID_CHARACTERS_MAX } from '../core/limits.ts';
import { checkedTransitions, type GivenTransitions } from './lifecycle-transitions.ts';

interface GivenRule extends Omit<LifecycleRule, 'ID' | 'Status' | keyof GivenTransitions>, GivenTransitions {
  readonly ID?: string;
  readonly Status: string;
}

const DAY_MS = 86_400_000;
const MINIMUM_SIZES: ReadonlySet<string> = new Set(['all_storage_classes_128K', 'varies_by_storage_class']);
const MINIMUM_SIZE_DEFAULT = 'all_storage_classes_128K';
const NEWER_VERSIONS_MAX = 100;

/** The rules as they may be kept, every one with an id; or the error that AWS answers. */
export function checkedLifecycle(rules: readonly GivenRule[]): readonly LifecycleRule[] {
  if (rules.length === 0) throw new S3Error('MalformedXML');
  if (rules.length > LIFECYCLE_RULES_MAX)
    throw new S3Error(
      'InvalidRequest',
      `The number of lifecycle rules must not exceed the allowed limit of ${LIFECYCLE_RULES_MAX} rules`,
    );
  const ids = new Set<string>();
  return rules.map((given, at) => {
    const { Status: status } = given;
    if (status !== 'Enabled' && status !== 'Disabled') throw new S3Error('MalformedXML');
    const id = given.ID === undefined || given.ID === '' ? idOf(given, at) : given.ID;
    if (id.length > RULE_ID_CHARACTERS_MAX)
      throw invalid(`ID length should not exceed allowed limit of ${RULE_ID_CHARACTERS_MAX}`);
    if (ids.has(id)) throw invalid('Rule ID must be unique. Found same ID for more than one rule');
    ids.add(id);
    checkFilter(given);
    checkActions(given);
    const { Transitions: _, NoncurrentVersionTransitions: __, ...rest } = given;
    return { ...rest, ...checkedTransitions(given, given.Expiration), ID: id, Status: status };
  });
}

/** Where nothing moves it decides nothing; tools wait until it reads as they set it. */
export function checkedMinimumSize(given: string | undefined): string {
  if (given === undefined || given === '') return MINIMUM_SIZE_DEFAULT;
  if (MINIMUM_SIZES.has(given)) return given;
  throw new S3Error('InvalidRequest', 'Invalid TransitionDefaultMinimumObjectSize found');
}

function checkFilter({ Prefix: prefix, Filter: filter }: GivenRule): void {
  // One of the two, and not both.
  if ((prefix === undefined) === (filter === undefined)) throw new S3Error('MalformedXML');
  if (filter === undefined) return;
  if (Object.values(filter).filter((condition) => condition !== undefined).length > 1)
    throw new S3Error('MalformedXML');
  const { And: all } = filter;
  if (all !== undefined && Object.keys(all).length === 0) throw new S3Error('MalformedXML');
  checkConditions(filter);
}

function checkConditions(filter: LifecycleFilter): void {
  const { And: all } = filter;
  const { ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = all ?? filter;
  if (above !== undefined && below !== undefined && below <= above)
    throw new S3Error(
      'InvalidRequest',
      "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
    );
  const names = (all?.Tags ?? []).map(({ Key }) => Key);
  if (new Set(names).size < names.length)
    throw new S3Error('InvalidRequest', 'Duplicate Tag Keys are not allowed.');
}

function checkActions(rule: GivenRule): void {
  const { Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule;
  const { Transitions, NoncurrentVersionTransitions } = rule;
  const actions = [Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload];
  if ([...actions, Transitions, NoncurrentVersionTransitions].every((action) => action === undefined)) {
    throw new S3Error('InvalidRequest', 'At least one action needs to be specified in a rule');
  }
  checkExpiration(rule);
  checkNoncurrent(NoncurrentVersionExpiration);
  checkAbort(rule);
}

function checkExpiration({ Expiration: expiration, Filter: filter }: GivenRule): void {
  if (expiration === undefined) return;
  const { Days: days, Date: date, ExpiredObjectDeleteMarker: marker } = expiration;
  if ([days, date, marker].filter((given) => given !== undefined).length !== 1)
    throw new S3Error('MalformedXML');
  if (days !== undefined) requirePositive(days, "'Days' for Expiration action must be a positive integer");
  if (date !== undefined) requireMidnight(date);
  if (marker !== undefined && hasTags(filter))
    throw new S3Error('InvalidRequest', 'ExpiredObjectDeleteMarker cannot be specified with Tags.');
}

function checkNoncurrent(action: LifecycleRule['NoncurrentVersionExpiration']): void {
  if (action === undefined) return;
  const { NoncurrentDays: days, NewerNoncurrentVersions: kept } = action;
  if (days === undefined && kept === undefined) throw new S3Error('MalformedXML');
  if (days !== undefined) {
    requirePositive(
      days,
      "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
    );
  }
  if (kept !== undefined && (kept < 1 || kept > NEWER_VERSIONS_MAX))
    throw invalid(
      `'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be between 1 and ${NEWER_VERSIONS_MAX}`,
    );
}

function checkAbort({ AbortIncompleteMultipartUpload: abort, Filter: filter }: GivenRule): void {
  if (abort === undefined) return;
  if (abort.DaysAfterInitiation === undefined) throw new S3Error('MalformedXML');
  requirePositive(
    abort.DaysAfterInitiation,
    "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
  );
  if (hasTags(filter))
    throw new S3Error('InvalidRequest', 'AbortIncompleteMultipartUpload cannot be specified with Tags');
  const { ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = filter?.And ?? filter ?? {};
  if (above !== undefined || below !== undefined)
    throw new S3Error('InvalidRequest', 'AbortIncompleteMultipartUpload cannot be specified with ObjectSize');
}

function hasTags(filter: LifecycleFilter | undefined): boolean {
  return filter?.Tag !== undefined || filter?.And?.Tags !== undefined;
}

function requirePositive(days: number, words: string): void {
  if (days < 1) throw invalid(words);
}

function requireMidnight(date: string): void {
  const timeMs = Date.parse(date);
  if (Number.isNaN(timeMs)) throw new S3Error('MalformedXML');
  if (timeMs % DAY_MS !== 0) throw invalid("'Date' must be at midnight GMT");
}

/** The same for the same rule in the same place, so that a repeated request changes nothing. */
function idOf(rule: GivenRule, at: number): string {
  return createHash('sha256')
    .update(JSON.stringify([at, rule]))
    .digest('base64url')
    .slice(0, 32);
}

function invalid(words: string): S3Error {
  return new S3Error('InvalidArgument', words);
}
