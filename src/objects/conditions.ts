// Conditional requests by RFC 9110 section 13.2.2, on the record that a decision is based on.

import type { ObjectRecord } from '../contracts/records.ts';
import type { Conditions } from './object-store.ts';

export type ReadVerdict = 'proceed' | 'not-modified' | 'precondition-failed';
export type WriteVerdict = 'proceed' | 'precondition-failed' | 'no-such-key';

/** True when nothing was asked, so that no record needs to be read for it. */
export function unconditional(conditions: Conditions): boolean {
  return (
    conditions.ifMatch === undefined &&
    conditions.ifNoneMatch === undefined &&
    conditions.ifModifiedSince === undefined &&
    conditions.ifUnmodifiedSince === undefined &&
    conditions.ifMatchLastModified === undefined &&
    conditions.ifMatchSizeBytes === undefined
  );
}

/** GET and HEAD: the entity tag conditions win over the dates they stand beside. */
export function judgeRead(conditions: Conditions, record: ObjectRecord): ReadVerdict {
  if (conditions.ifMatch !== undefined) {
    if (!tagMatches(conditions.ifMatch, record.etag)) return 'precondition-failed';
  } else if (modifiedAfter(record, conditions.ifUnmodifiedSince) === true) {
    return 'precondition-failed';
  }
  if (conditions.ifNoneMatch !== undefined) {
    return tagMatches(conditions.ifNoneMatch, record.etag) ? 'not-modified' : 'proceed';
  }
  return modifiedAfter(record, conditions.ifModifiedSince) === false ? 'not-modified' : 'proceed';
}

/** PUT and DELETE. AWS: where nothing is, there is no ETag that could match; size and time then do not matter. */
export function judgeWrite(conditions: Conditions, record: ObjectRecord | undefined): WriteVerdict {
  if (record === undefined) return conditions.ifMatch === undefined ? 'proceed' : 'no-such-key';
  if (!looksAsSaid(conditions, record)) return 'precondition-failed';
  if (conditions.ifMatch !== undefined) {
    if (!tagMatches(conditions.ifMatch, record.etag)) return 'precondition-failed';
  } else if (modifiedAfter(record, conditions.ifUnmodifiedSince) === true) {
    return 'precondition-failed';
  }
  const { ifNoneMatch } = conditions;
  return ifNoneMatch !== undefined && tagMatches(ifNoneMatch, record.etag)
    ? 'precondition-failed'
    : 'proceed';
}

/** Size and time, as a deletion may ask. */
function looksAsSaid(conditions: Conditions, record: ObjectRecord): boolean {
  const { ifMatchLastModified: time, ifMatchSizeBytes: sizeBytes } = conditions;
  if (sizeBytes !== undefined && record.size !== sizeBytes) return false;
  return time === undefined || secondsOf(record.modified) === secondsOf(time);
}

function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

/** A list of entity tags, quoted or bare (S3 clients send both), weak prefixes ignored, or `*`. */
function tagMatches(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
    return tag === '*' || tag === etag;
  });
}

/** Undefined when the header is absent or not a date (then it does not count). Dates have seconds only. */
function modifiedAfter(record: ObjectRecord, header: string | undefined): boolean | undefined {
  if (header === undefined) return undefined;
  const limit = Date.parse(header);
  if (Number.isNaN(limit)) return undefined;
  return Math.floor(Date.parse(record.modified) / 1000) > Math.floor(limit / 1000);
}
