// RestoreObject: archived objects are made readable. There are none: archive classes are refused when an object is written, and every other
// object is readable as it is, which AWS says in these words.

import { S3Error } from '../../contracts/s3-errors.ts';
import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { readErrorOf } from '../object-reading.ts';
import { versionOf } from '../version-id.ts';

export function restoreObject(parts: ServiceParts): TypedHandler<'RestoreObject'> {
  return async (request, call) => {
    const { Key: key } = request;
    requireKey(key);
    const version = versionOf(request.VersionId);
    const bucket = await enterBucket(parts, call, request, 's3:RestoreObject');
    const found = await parts.objects.head({ bucket, key, ...version, conditions: {}, recordOnly: true });
    if (found.kind !== 'found') throw readErrorOf(found, request);
    throw new S3Error('InvalidObjectState', "Restore is not allowed for the object's current storage class");
  };
}
