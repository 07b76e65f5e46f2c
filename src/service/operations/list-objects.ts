// ListObjects, version 1: pages by name. AWS says where to go on of delimited pages only, and lets clients take the last key of others;
// other stores always say it and clients rely on that, so it is said of every page that is not the last.

import { listPage } from '../listing.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';

export function listObjects(parts: ServiceParts): TypedHandler<'ListObjects'> {
  return async (request, call) => {
    const { Marker: marker = '' } = request;
    const listing = await listPage(parts, call, request, { after: marker, withOwner: true });
    const result = { ...listing.fields, Marker: marker };
    const { continueAfter } = listing;
    return { result: continueAfter === undefined ? result : { ...result, NextMarker: continueAfter } };
  };
}
