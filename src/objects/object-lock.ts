// Object lock: whether a version may be deleted, which changes its retention takes, and what a bucket gives new versions.
//
// Pure decisions on records. Whoever acts on one makes its commit conditional on the record it was made from. A lock opens by the
// clock of the node that is asked.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html.

import type { ObjectLockSettings } from '../contracts/bucket-settings.ts';
import type { ObjectProperties, RetentionRecord } from '../contracts/records.ts';

type Lock = Pick<ObjectProperties, 'retention' | 'legalHold'>;

const DAY_MS = 86_400_000;
/** As AWS counts them. */
const YEAR_MS = 365 * DAY_MS;

/**
 * `free`: the version may be deleted. `governed`: by those who may bypass a retention of mode GOVERNANCE. `locked`: by nobody. Delete
 * markers are always free; nothing locks them.
 */
export type LockVerdict = 'free' | 'governed' | 'locked';

export function lockVerdict({ retention, legalHold }: Lock, nowMs: number): LockVerdict {
  if (legalHold === 'ON') return 'locked';
  if (retention === undefined || isOver(retention, nowMs)) return 'free';
  return retention.mode === 'COMPLIANCE' ? 'locked' : 'governed';
}

/**
 * Whether a retention may take the place of the one there is (`next` undefined: none). Anybody who may set one may extend it in its
 * mode; more is for those who bypass GOVERNANCE, and nothing more for anybody under COMPLIANCE. Legal holds have no say in it.
 */
export function mayRetain(
  { retention: present }: Lock,
  next: RetentionRecord | undefined,
  { nowMs, bypass }: { readonly nowMs: number; readonly bypass: boolean },
): boolean {
  if (present === undefined || isOver(present, nowMs)) return true;
  if (present.mode === 'GOVERNANCE' && bypass) return true;
  return next?.mode === present.mode && Date.parse(next.until) >= Date.parse(present.until);
}

/** The retention that a bucket gives a version without one of its own, counted from its creation. */
export function defaultRetention(
  settings: ObjectLockSettings | undefined,
  createdMs: number,
): RetentionRecord | undefined {
  const rule = settings?.Rule?.DefaultRetention;
  if (rule === undefined) return undefined;
  const periodMs = (rule.Days ?? 0) * DAY_MS + (rule.Years ?? 0) * YEAR_MS;
  return { mode: rule.Mode, until: new Date(createdMs + periodMs).toISOString() };
}

function isOver({ until }: RetentionRecord, nowMs: number): boolean {
  return Date.parse(until) <= nowMs;
}
