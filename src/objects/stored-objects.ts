// The object store over metadata and shards: which file does what.

import { EarlyReads } from './early-read.ts';
import { getObject, headObject } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import { listVersions } from './list-versions.ts';
import { putObject } from './put-object.ts';
import { removeObject } from './remove-object.ts';
import { reviseObject } from './revise-object.ts';
import type { ObjectContext } from './object-context.ts';
import type { ObjectStore } from './object-store.ts';

export function createObjectStore(context: ObjectContext): ObjectStore {
  const early = new EarlyReads();
  return {
    put: (request, body, signal) => putObject(context, request, body, signal),
    get: (request) => early.during((begin) => getObject(context, request, begin)),
    head: (request) => headObject(context, request),
    remove: (request) => removeObject(context, request),
    revise: (request) => reviseObject(context, request),
    list: (request) => listObjects(context, request),
    listVersions: (request) => listVersions(context, request),
  };
}
