// CopyObject where a client's key is involved: the bytes are read, deciphered, enciphered anew and stored. Copying by reference would leave
// them under the key of the source.

import { putObject } from './put-object.ts';
import { letGo, openSource } from './read-source.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { CopyOutcome, CopyRequest } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';
import type { PutRequest } from './object-store.ts';

export async function copyThrough(
  context: ObjectContext,
  request: CopyRequest,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  const opened = await openSource<never>(context, request.source, () => undefined);
  if (opened.kind !== 'open') return opened;
  const body = { ...opened.body, announced: [], claims: () => [] };
  const put = putObject(context, putOf(request, opened.record), body, signal);
  const outcome = await put.finally(() => letGo(opened));
  if (outcome.kind !== 'stored') return outcome;
  const { record, missingShards } = outcome;
  return { kind: 'copied', record, source: opened.record, missingShards };
}

function putOf(request: CopyRequest, source: ObjectRecord): PutRequest {
  const { bucket, key, conditions, requestId, customerKey } = request;
  const { headers, meta } = request.replace ?? source;
  const tags = request.tags ?? source.tags;
  const checksum = request.checksum ?? checksumOf(source);
  return {
    bucket,
    key,
    conditions,
    headers,
    meta,
    properties: { ...request.properties, ...(tags && { tags }) },
    ...(customerKey && { customerKey }),
    ...(checksum && { checksum }),
    requestId,
  };
}

/** The copy gets a checksum of the same kind, of the whole. */
function checksumOf({ checksums }: ObjectRecord): PutRequest['checksum'] {
  return (Object.keys(checksums ?? {}) as NonNullable<PutRequest['checksum']>[])[0];
}
