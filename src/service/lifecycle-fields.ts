// What replies say of lifecycle rules: when the object at hand expires, when the upload at hand is aborted.
//
// Dates are those of AWS's days, also where a debug setting has rules act sooner: what a client reads here is what the rule says.

import type { BucketRecord, ObjectRecord, UploadRecord } from '../contracts/records.ts';
import { AWS_CALENDAR, currentExpiry, uploadExpiry } from '../objects/expiry.ts';

/** Of the current version of a key. */
export function expirationFieldOf(
  bucket: BucketRecord,
  key: string,
  record: Pick<ObjectRecord, 'size' | 'tags' | 'modified' | 'deleteMarker'>,
): { readonly Expiration?: string } {
  const rules = bucket.settings?.lifecycle?.Rules;
  if (rules === undefined) return {};
  const object = { key, size: record.size, tags: record.tags ?? {}, modifiedMs: Date.parse(record.modified) };
  const due = currentExpiry(rules, object, AWS_CALENDAR);
  if (due === undefined) return {};
  const date = new Date(due.atMs).toUTCString();
  return { Expiration: `expiry-date="${date}", rule-id="${encodeURIComponent(due.ruleId)}"` };
}

export function abortFieldsOf(
  bucket: BucketRecord,
  { key, initiated }: Pick<UploadRecord, 'key' | 'initiated'>,
): { readonly AbortDate?: string; readonly AbortRuleId?: string } {
  const rules = bucket.settings?.lifecycle?.Rules;
  const due = rules && uploadExpiry(rules, { key, initiatedMs: Date.parse(initiated) }, AWS_CALENDAR);
  if (due === undefined) return {};
  return { AbortDate: new Date(due.atMs).toISOString(), AbortRuleId: due.ruleId };
}
