// Signers of presigned URLs move `x-amz-*` headers into the query, where S3 takes them for headers. Forgetting them would
// store an object without its metadata, or an empty one in place of a copy.

import type { IncomingHttpHeaders } from 'node:http';

const MOVED_HEADER = /^x-amz-/i;
/** The signature itself; and checksums, which S3 ignores in a query: SDKs put that of an empty body there. */
const NOT_A_HEADER =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256|sdk-.*|checksum-(?!algorithm|type|mode).*)$/i;

/** The headers of a request together with those in its query; a header proper wins. */
export function withQueryHeaders(
  headers: IncomingHttpHeaders,
  query: ReadonlyMap<string, string>,
): IncomingHttpHeaders {
  if (query.size === 0) return headers;
  let all: IncomingHttpHeaders | undefined;
  for (const [parameter, value] of query) {
    if (!MOVED_HEADER.test(parameter) || NOT_A_HEADER.test(parameter)) continue;
    const name = parameter.toLowerCase();
    if (headers[name] !== undefined) continue;
    all ??= { ...headers };
    // Characters of headers stand for bytes.
    all[name] = Buffer.from(value).toString('latin1');
  }
  return all ?? headers;
}
