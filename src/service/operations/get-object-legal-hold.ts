// GetObjectLegalHold: whether a version has a legal hold, or had one.

import type { ServiceParts, TypedHandler } from '../handler.ts';
import { askedLock } from '../lock-access.ts';
import { noObjectLock } from '../object-lock.ts';

export function getObjectLegalHold(parts: ServiceParts): TypedHandler<'GetObjectLegalHold'> {
  return async (request, call) => {
    const { legalHold } = await askedLock(parts, call, request, 's3:GetObjectLegalHold');
    if (legalHold === undefined) throw noObjectLock();
    return { result: { LegalHold: { Status: legalHold } } };
  };
}
