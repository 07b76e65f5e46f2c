// PutObjectRetention: sets, extends, shortens or takes away the retention of a version, as far as the one it has allows.

import { mayRetain } from '../../objects/object-lock.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { bypassesGovernance, enterLockingBucket } from '../lock-access.ts';
import { requestedRetention } from '../object-lock.ts';
import { reviseVersion } from '../object-revision.ts';

const ACTION = 's3:PutObjectRetention';

export function putObjectRetention(parts: ServiceParts): TypedHandler<'PutObjectRetention'> {
  return async (request, call) => {
    const bucket = await enterLockingBucket(parts, call, request, ACTION);
    const retention = requestedRetention(request.Retention, parts.nowMs());
    const bypass = await bypassesGovernance(parts, call, bucket, request);
    await reviseVersion(parts, call, { request, action: ACTION, bucket }, (now) => {
      if (!mayRetain(now, retention, { nowMs: parts.nowMs(), bypass })) return undefined;
      const { retention: _replaced, ...others } = now;
      return retention === undefined ? others : { ...others, retention };
    });
    return { result: {} };
  };
}
