// GetObjectRetention: the retention of a version, also when it is over.

import type { ServiceParts, TypedHandler } from '../handler.ts';
import { askedLock } from '../lock-access.ts';
import { noObjectLock } from '../object-lock.ts';

export function getObjectRetention(parts: ServiceParts): TypedHandler<'GetObjectRetention'> {
  return async (request, call) => {
    const { retention } = await askedLock(parts, call, request, 's3:GetObjectRetention');
    if (retention === undefined) throw noObjectLock();
    return { result: { Retention: { Mode: retention.mode, RetainUntilDate: retention.until } } };
  };
}
