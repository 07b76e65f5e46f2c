// GetObjectTagging: the tags of an object; none is an answer too.

import { enterBucket } from '../access.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { readErrorOf } from '../object-reading.ts';
import { tagListOf } from '../object-tags.ts';
import { versionFieldOf, versionOf } from '../version-id.ts';

export function getObjectTagging(parts: ServiceParts): TypedHandler<'GetObjectTagging'> {
  return async (request, call) => {
    const { Key: key, VersionId: asked } = request;
    requireKey(key);
    const version = versionOf(asked);
    const bucket = await enterBucket(parts, call, request, 's3:GetObjectTagging');
    const outcome = await parts.objects.head({ bucket, key, ...version, conditions: {} });
    if (outcome.kind !== 'found') throw readErrorOf(outcome, request);
    const { record } = outcome;
    return { result: { TagSet: tagListOf(record), ...versionFieldOf(record, bucket, asked) } };
  };
}
