// The conditions of a request, as the object store wants them.

import { S3Error } from '../contracts/s3-errors.ts';
import type { Conditions } from '../objects/object-store.ts';
import { definedFields } from './handler.ts';

interface ConditionalRequest {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: string | undefined;
  readonly IfUnmodifiedSince?: string | undefined;
}

const NONE: Conditions = {};

/** S3's error when a condition does not hold, with the one that did not: of several, the one that is judged first (RFC 9110, 13.2.2). */
export function preconditionFailed(request: ConditionalRequest, prefix = ''): S3Error {
  const { IfMatch, IfUnmodifiedSince, IfNoneMatch, IfModifiedSince } = request;
  const given: [string, unknown][] = [
    ['If-Match', IfMatch],
    ['If-Unmodified-Since', IfUnmodifiedSince],
    ['If-None-Match', IfNoneMatch],
    ['If-Modified-Since', IfModifiedSince],
  ];
  const name = given.find(([, value]) => value !== undefined)?.[0];
  const fields = name === undefined ? {} : { Condition: `${prefix}${name}` };
  return new S3Error('PreconditionFailed', undefined, { fields });
}

export function conditionsOf(request: ConditionalRequest): Conditions {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = request;
  if ((IfMatch ?? IfNoneMatch ?? IfModifiedSince ?? IfUnmodifiedSince) === undefined) return NONE;
  return definedFields<Conditions>({
    ifMatch: IfMatch,
    ifNoneMatch: IfNoneMatch,
    ifModifiedSince: IfModifiedSince,
    ifUnmodifiedSince: IfUnmodifiedSince,
  });
}
