// The conditions of a request, as the object store wants them.

import type { Conditions } from '../objects/object-store.ts';
import { definedFields } from './handler.ts';

interface ConditionalRequest {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: string | undefined;
  readonly IfUnmodifiedSince?: string | undefined;
}

const NONE: Conditions = {};

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
