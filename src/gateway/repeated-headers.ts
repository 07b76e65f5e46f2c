// Headers of metadata that a client sends more than once: S3 joins their values with a comma, Node with a comma and a space.

import type { IncomingHttpHeaders } from 'node:http';

const METADATA = 'x-amz-meta-';

/** The headers of a request, repeated ones of metadata joined as S3 does; `raw` are names and values in turn, as received. */
export function withJoinedMetadata(
  headers: IncomingHttpHeaders,
  raw: readonly string[],
): IncomingHttpHeaders {
  let all: IncomingHttpHeaders | undefined;
  for (const name in headers) {
    if (!name.startsWith(METADATA) || headers[name]?.includes(', ') !== true) continue;
    const values = valuesOf(name, raw);
    if (values.length < 2) continue;
    all ??= { ...headers };
    all[name] = values.join(',');
  }
  return all ?? headers;
}

function valuesOf(name: string, raw: readonly string[]): readonly string[] {
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name);
}
