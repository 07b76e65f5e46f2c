// PutObjectLegalHold: places a legal hold on a version, or lifts it; whatever its retention.

import type { ServiceParts, TypedHandler } from '../handler.ts';
import { enterLockingBucket } from '../lock-access.ts';
import { reviseVersion } from '../object-revision.ts';

const ACTION = 's3:PutObjectLegalHold';

export function putObjectLegalHold(parts: ServiceParts): TypedHandler<'PutObjectLegalHold'> {
  return async (request, call) => {
    const bucket = await enterLockingBucket(parts, call, request, ACTION);
    const { Status: legalHold } = request.LegalHold;
    const target = { request, action: ACTION, bucket };
    await reviseVersion(parts, call, target, (now) => ({ ...now, legalHold }));
    return { result: {} };
  };
}
