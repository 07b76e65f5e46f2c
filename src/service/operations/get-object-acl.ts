// GetObjectAcl: the access control list of an object.

import { describeAcl, effectiveAcl } from '../access-lists.ts';
import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { readErrorOf } from '../object-reading.ts';

export function getObjectAcl(parts: ServiceParts): TypedHandler<'GetObjectAcl'> {
  return async (request, call) => {
    requireKey(request.Key);
    const bucket = await enterBucket(parts, call, request, 's3:GetObjectAcl');
    const outcome = await parts.objects.head({ bucket, key: request.Key, conditions: {} });
    if (outcome.kind !== 'found') throw readErrorOf(outcome, request);
    return { result: describeAcl(parts, effectiveAcl(parts, bucket, outcome.record.acl)) };
  };
}
