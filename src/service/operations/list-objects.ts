// ListObjects, version 1: pages by name. Only a delimited page says where to go on; otherwise the client takes the last key.

import { listPage } from '../listing.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function listObjects(parts: ServiceParts): TypedHandler<'ListObjects'> {
  return async (request, call) => {
    const { Marker: marker = '' } = request;
    const listing = await listPage(parts, call, request, { after: marker, withOwner: true });
    const result = { ...listing.fields, Marker: marker };
    const { continueAfter } = listing;
    if (result.Delimiter === undefined || continueAfter === undefined) return { result };
    return { result: { ...result, NextMarker: continueAfter } };
  };
}
