// PutObjectTagging: the tags of an object, instead of those it has.

import { reviseVersion } from '../object-revision.ts';
import { checkedTags } from '../object-tags.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function putObjectTagging(parts: ServiceParts): TypedHandler<'PutObjectTagging'> {
  return async (request, call) => {
    const tags = checkedTags(request.Tagging.TagSet);
    const target = { request, action: 's3:PutObjectTagging' };
    return { result: await reviseVersion(parts, call, target, (now) => ({ ...now, tags })) };
  };
}
