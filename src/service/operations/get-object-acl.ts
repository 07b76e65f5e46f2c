// GetObjectAcl: the access control list of an object.

import { describeAcl, effectiveAcl } from '../access-lists.ts';
import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { readErrorOf } from '../object-reading.ts';
import { versionFieldOf, versionOf } from '../version-id.ts';

export function getObjectAcl(parts: ServiceParts): TypedHandler<'GetObjectAcl'> {
  return async (request, call) => {
    requireKey(request.Key);
    const version = versionOf(request.VersionId);
    const bucket = await enterBucket(parts, call, request, 's3:GetObjectAcl');
    const outcome = await parts.objects.head({ bucket, key: request.Key, ...version, conditions: {} });
    if (outcome.kind !== 'found') throw readErrorOf(outcome, request);
    const { record } = outcome;
    const list = describeAcl(parts, effectiveAcl(parts, bucket, record.acl));
    return { result: { ...list, ...versionFieldOf(record, bucket, request.VersionId) } };
  };
}
