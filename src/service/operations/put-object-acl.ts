// PutObjectAcl: gives an object an access control list, in place of the one before. Its owner stays.

import { requiredAcl } from '../access-lists.ts';
import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { readErrorOf } from '../object-reading.ts';
import { reviseVersion } from '../object-revision.ts';
import { versionOf } from '../version-id.ts';

export function putObjectAcl(parts: ServiceParts): TypedHandler<'PutObjectAcl'> {
  return async (request, call) => {
    requireKey(request.Key);
    const bucket = await enterBucket(parts, call, request, 's3:PutObjectAcl');
    const object = { bucket, key: request.Key, ...versionOf(request.VersionId) };
    const found = await parts.objects.head({ ...object, conditions: {} });
    if (found.kind !== 'found') throw readErrorOf(found, request);
    const owner = found.record.acl?.owner ?? bucket.account;
    const acl = requiredAcl(parts, bucket, request, { of: 'object', owner, bucketOwner: bucket.account });
    const target = { request, action: 's3:PutObjectAcl' };
    return { result: await reviseVersion(parts, call, target, (now) => ({ ...now, acl })) };
  };
}
