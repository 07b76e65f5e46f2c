// DeleteObjectTagging: an object without tags.

import { reviseVersion } from '../object-revision.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function deleteObjectTagging(parts: ServiceParts): TypedHandler<'DeleteObjectTagging'> {
  return async (request, call) => {
    const target = { request, action: 's3:DeleteObjectTagging' };
    return { result: await reviseVersion(parts, call, target, ({ tags: _tags, ...rest }) => rest) };
  };
}
