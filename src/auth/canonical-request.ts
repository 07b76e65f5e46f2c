// The canonical request of Signature Version 4, built from what came over the wire.

import { canonicalQueryPart } from './percent-encoding.ts';

/** The query with every name and value in canonical encoding, sorted; `omitted` (canonical) is left out. */
export function canonicalQuery(raw: string, omitted?: string): string {
  if (raw === '') return '';
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const part of raw.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = canonicalQueryPart(equals < 0 ? part : part.slice(0, equals));
    if (name !== omitted) pairs.push([name, equals < 0 ? '' : canonicalQueryPart(part.slice(equals + 1))]);
  }
  if (pairs.length > 1) pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** By code unit, which for canonical text is by byte. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The header lines, one for each signed name, values trimmed and their runs of spaces folded. */
export function canonicalHeaders(
  signedHeaders: readonly string[],
  headers: ReadonlyMap<string, string>,
): string {
  let lines = '';
  for (const name of signedHeaders) {
    const value = headers.get(name) ?? '';
    lines += `${name}:${value.includes('  ') ? value.replace(/ +/g, ' ').trim() : value.trim()}\n`;
  }
  return lines;
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string;
  readonly signedHeaders: string;
  readonly payload: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  return `${parts.method}\n${parts.path}\n${parts.query}\n${parts.headers}\n${parts.signedHeaders}\n${parts.payload}`;
}
