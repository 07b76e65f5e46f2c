// ListObjectsV2: pages by an opaque token. Whenever there is more, the reply carries the next token.

import type { ListObjectsV2Reply } from '../../contracts/generated/messages.ts';
import { decodeToken, encodeToken } from '../continuation-token.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { listPage } from '../listing.ts';

export function listObjectsV2(parts: ServiceParts): TypedHandler<'ListObjectsV2'> {
  return async (request, call) => {
    const { ContinuationToken: token, StartAfter: startAfter } = request;
    // An empty token is as good as none, and echoed: AWS does so.
    const after = token === undefined || token === '' ? (startAfter ?? '') : decodeToken(token);
    const withOwner = request.FetchOwner ?? false;
    const listing = await listPage(parts, call, request, { after, withOwner });
    const next = listing.continueAfter;
    const paging = definedFields<Partial<ListObjectsV2Reply>>({
      StartAfter: startAfter,
      ContinuationToken: token,
      NextContinuationToken: next === undefined ? undefined : encodeToken(next),
    });
    return { result: { ...listing.fields, KeyCount: listing.entryCount, ...paging } };
  };
}
