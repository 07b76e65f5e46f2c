// When the lifecycle rules of a bucket end an object, a version or an upload. Pure: rules and times in, times and rule ids out.
//
// Sources: AWS, "Lifecycle configuration elements" and "Expiring objects"
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html, lifecycle-expire-general-considerations.html).
// Where several rules end the same thing, the earliest does. A delete marker has neither size nor tags: a rule that asks for one of
// them is not about it.

import type { LifecycleConditions, LifecycleRule, Tag } from '../contracts/bucket-settings.ts';

const DAY_MS = 86_400_000;

/** How long a day of a rule is. */
export interface Calendar {
  readonly dayMs: number;
  /** Due only at midnight UTC, as AWS has it. */
  readonly roundsToMidnight: boolean;
}

export const AWS_CALENDAR: Calendar = { dayMs: DAY_MS, roundsToMidnight: true };

/** What a filter looks at. Absent fields: a delete marker. */
export interface Candidate {
  readonly key: string;
  readonly size?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** When something ends, and by which rule. */
export interface Due {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly ruleId: string;
}

/** A version that is not current any more. */
export interface Noncurrent extends Candidate {
  /** When its successor was written: milliseconds since 1970. */
  readonly sinceMs: number;
  /** Noncurrent versions of the key that are newer than this one. */
  readonly newer: number;
}

/** UTC day, counted from 1970. */
export function utcDay(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** When the current version of a key expires; not for a delete marker. */
export function currentExpiry(
  rules: readonly LifecycleRule[],
  object: Candidate & { readonly modifiedMs: number },
  calendar: Calendar,
): Due | undefined {
  return earliest(rules, object, ({ Expiration: expiration }) =>
    expirationMs(expiration, object.modifiedMs, calendar),
  );
}

/** When a delete marker with nothing behind it is taken away. */
export function loneMarkerExpiry(
  rules: readonly LifecycleRule[],
  marker: { readonly key: string; readonly modifiedMs: number },
  calendar: Calendar,
): Due | undefined {
  return earliest(rules, { key: marker.key }, ({ Expiration: expiration }) =>
    expiration?.ExpiredObjectDeleteMarker === true
      ? marker.modifiedMs
      : expirationMs(expiration, marker.modifiedMs, calendar),
  );
}

/** When a noncurrent version, or a noncurrent delete marker, goes for good. */
export function noncurrentExpiry(
  rules: readonly LifecycleRule[],
  version: Noncurrent,
  calendar: Calendar,
): Due | undefined {
  return earliest(rules, version, ({ NoncurrentVersionExpiration: action }) => {
    if (action === undefined || version.newer < (action.NewerNoncurrentVersions ?? 0)) return undefined;
    const { NoncurrentDays: days } = action;
    return days === undefined ? version.sinceMs : afterDays(version.sinceMs, days, calendar);
  });
}

/** When an upload that is neither completed nor aborted is aborted. */
export function uploadExpiry(
  rules: readonly LifecycleRule[],
  upload: { readonly key: string; readonly initiatedMs: number },
  calendar: Calendar,
): Due | undefined {
  return earliest(rules, { key: upload.key }, ({ AbortIncompleteMultipartUpload: abort }) => {
    const days = abort?.DaysAfterInitiation;
    return days === undefined ? undefined : afterDays(upload.initiatedMs, days, calendar);
  });
}

/** The fewest prefixes that cover every key an action of these rules may be about, none within another, in byte order. */
export function coveredPrefixes(
  rules: readonly LifecycleRule[],
  acts: (rule: LifecycleRule) => boolean,
): string[] {
  const prefixes = rules.filter((rule) => isEnabled(rule) && acts(rule)).map((rule) => prefixOf(rule));
  const ordered = [...new Set(prefixes)].sort((a, b) => Buffer.from(a).compare(Buffer.from(b)));
  return ordered.filter((prefix) => !ordered.some((other) => other !== prefix && prefix.startsWith(other)));
}

export function endsVersions({ Expiration, NoncurrentVersionExpiration }: LifecycleRule): boolean {
  return Expiration !== undefined || NoncurrentVersionExpiration !== undefined;
}

export function endsUploads({ AbortIncompleteMultipartUpload: abort }: LifecycleRule): boolean {
  return abort !== undefined;
}

export function isEnabled({ Status: status }: LifecycleRule): boolean {
  return status === 'Enabled';
}

function earliest(
  rules: readonly LifecycleRule[],
  candidate: Candidate,
  timeOf: (rule: LifecycleRule) => number | undefined,
): Due | undefined {
  let first: Due | undefined;
  for (const rule of rules) {
    if (!isEnabled(rule) || !isAbout(rule, candidate)) continue;
    const atMs = timeOf(rule);
    if (atMs !== undefined && (first === undefined || atMs < first.atMs)) first = { atMs, ruleId: rule.ID };
  }
  return first;
}

function expirationMs(
  expiration: LifecycleRule['Expiration'],
  modifiedMs: number,
  calendar: Calendar,
): number | undefined {
  if (expiration?.Date !== undefined) return Date.parse(expiration.Date);
  return expiration?.Days === undefined ? undefined : afterDays(modifiedMs, expiration.Days, calendar);
}

/** The next midnight after so many days; at midnight sharp, the one a day later: never too early. */
function afterDays(sinceMs: number, days: number, { dayMs, roundsToMidnight }: Calendar): number {
  const atMs = sinceMs + days * dayMs;
  return roundsToMidnight ? (utcDay(atMs) + 1) * DAY_MS : atMs;
}

function prefixOf({ Prefix: prefix, Filter: filter }: LifecycleRule): string {
  return prefix ?? filter?.And?.Prefix ?? filter?.Prefix ?? '';
}

function isAbout(rule: LifecycleRule, candidate: Candidate): boolean {
  if (!candidate.key.startsWith(prefixOf(rule))) return false;
  const { And: all, Tag: tag, ...alone } = rule.Filter ?? {};
  const tags = all?.Tags ?? (tag === undefined ? [] : [tag]);
  return hasTags(candidate, tags) && hasSize(candidate, all ?? alone);
}

function hasTags({ tags }: Candidate, wanted: readonly Tag[]): boolean {
  return wanted.every(
    ({ Key, Value }) => tags !== undefined && Object.hasOwn(tags, Key) && tags[Key] === Value,
  );
}

function hasSize(
  { size }: Candidate,
  { ObjectSizeGreaterThan: above, ObjectSizeLessThan: below }: LifecycleConditions,
): boolean {
  if (above === undefined && below === undefined) return true;
  return size !== undefined && size > (above ?? -1) && size < (below ?? Infinity);
}
