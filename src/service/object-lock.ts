// Object lock in AWS words: what requests ask for, what S3 answers to those that do not fit, what replies say of it.

import type { BucketRecord, ObjectProperties, RetentionRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { IncomingBody } from '../core/body.ts';
import { carriesDigest, type BodyClaims } from './checksums.ts';
import { definedFields } from './handler.ts';
import { invalidArgument } from './part-number.ts';

export type Lock = Pick<ObjectProperties, 'retention' | 'legalHold'>;

/** What a request for a new version may say of its lock. */
interface LockFields {
  readonly ObjectLockMode?: string;
  readonly ObjectLockRetainUntilDate?: string;
  readonly ObjectLockLegalHoldStatus?: string;
}

const MODE_HEADER = 'x-amz-object-lock-mode';
const UNTIL_HEADER = 'x-amz-object-lock-retain-until-date';
const HOLD_HEADER = 'x-amz-object-lock-legal-hold';
/** With a zone, so that it means one moment. */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** The lock that a new version is to have, in the order in which S3 looks at it. Whether its bucket has locks at all is asked later. */
export function requestedLock(request: LockFields, nowMs: number): Lock {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = request;
  const { ObjectLockLegalHoldStatus: legalHold } = request;
  if ((mode ?? until ?? legalHold) === undefined) return {};
  requireBoth(mode, until);
  const moment = until === undefined ? undefined : retainUntil(until, UNTIL_HEADER, nowMs);
  if (legalHold !== undefined && legalHold !== 'ON' && legalHold !== 'OFF')
    throw invalidArgument("Legal Hold must be either of 'ON' or 'OFF'", HOLD_HEADER, legalHold);
  if (mode === undefined || moment === undefined) return definedFields<Lock>({ legalHold });
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw invalidArgument('Unknown wormMode directive.', MODE_HEADER, mode);
  return definedFields<Lock>({ retention: { mode, until: moment }, legalHold });
}

function requireBoth(mode: string | undefined, until: string | undefined): void {
  if ((mode === undefined) === (until === undefined)) return;
  throw new S3Error('InvalidArgument', `${UNTIL_HEADER} and ${MODE_HEADER} must both be supplied.`, {
    fields: { ArgumentName: mode === undefined ? MODE_HEADER : UNTIL_HEADER },
  });
}

/** The retention that PutObjectRetention asks for; undefined: none. */
export function requestedRetention(
  retention: { readonly Mode?: RetentionRecord['mode']; readonly RetainUntilDate?: string },
  nowMs: number,
): RetentionRecord | undefined {
  const { Mode: mode, RetainUntilDate: until } = retention;
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined || momentOf(until) === undefined)
    throw new S3Error('MalformedXML');
  return { mode, until: retainUntil(until, 'RetainUntilDate', nowMs) };
}

function retainUntil(text: string, argument: string, nowMs: number): string {
  const moment = momentOf(text);
  if (moment === undefined)
    throw invalidArgument('The retain until date must be provided in ISO 8601 format', argument, text);
  if (moment.getTime() <= nowMs)
    throw invalidArgument('The retain until date must be in the future!', argument, text);
  return moment.toISOString();
}

function momentOf(text: string): Date | undefined {
  const moment = new Date(ISO_8601.test(text) ? text : Number.NaN);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

export function isLock({ retention, legalHold }: Lock): boolean {
  return retention !== undefined || legalHold !== undefined;
}

/** The bytes of a version that is to be locked must come with a digest of them: nobody could delete what arrived damaged. */
export function requireDigest(
  bucket: BucketRecord,
  lock: Lock,
  sent: { readonly request: BodyClaims; readonly body: IncomingBody },
): void {
  const isLocked = isLock(lock) || bucket.settings?.objectLock?.Rule !== undefined;
  if (isLocked && !carriesDigest(sent.request, sent.body)) throw digestMissing('Put Object');
}

export function digestMissing(operation: 'Put Object' | 'Put Part'): S3Error {
  const header = 'Content-MD5 OR x-amz-checksum- HTTP header';
  return new S3Error(
    'InvalidRequest',
    `${header} is required for ${operation} requests with Object Lock parameters`,
  );
}

export function objectLocked(): S3Error {
  return new S3Error('AccessDenied', 'Access Denied because object protected by object lock.');
}

export function noObjectLock(): S3Error {
  return new S3Error('NoSuchObjectLockConfiguration');
}

interface LockReply {
  ObjectLockMode?: RetentionRecord['mode'];
  ObjectLockRetainUntilDate?: string;
  ObjectLockLegalHoldStatus?: 'ON' | 'OFF';
}

/** What of a version's lock a reader may see. */
export type LockSight = Readonly<Record<'retention' | 'legalHold', boolean>>;

/** What a read tells of the lock of a version. */
export function lockFieldsOf({ retention, legalHold }: Lock, sight: LockSight): LockReply {
  const reply: LockReply = {};
  if (retention !== undefined && sight.retention) {
    reply.ObjectLockMode = retention.mode;
    reply.ObjectLockRetainUntilDate = retention.until;
  }
  if (legalHold !== undefined && sight.legalHold) reply.ObjectLockLegalHoldStatus = legalHold;
  return reply;
}
