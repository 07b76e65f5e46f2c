// The Range header of RFC 9110 section 14.2, as AWS S3 reads it: one byte range; anything else is as if it were absent.

import type { ByteRange } from '../core/body.ts';

export type RangeOutcome =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' };

const SINGLE_RANGE = /^bytes=(\d*)-(\d*)$/i;

/** Applies the header to an object of `sizeBytes`; ends past the object are clamped. */
export function applyRange(header: string | undefined, sizeBytes: number): RangeOutcome {
  const match = header === undefined ? null : SINGLE_RANGE.exec(header);
  if (match === null) return { kind: 'whole' };
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return { kind: 'whole' };
  if (first === '') return suffix(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? sizeBytes : Number(last) + 1;
  if (last !== '' && end <= start) return { kind: 'whole' };
  if (start >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { start, end: Math.min(end, sizeBytes) } };
}

function suffix(lengthBytes: number, sizeBytes: number): RangeOutcome {
  if (lengthBytes === 0) return { kind: 'unsatisfiable' };
  // The end of nothing is all of it, which no Content-Range can say (RFC 9110, 14.1.2).
  if (sizeBytes === 0) return { kind: 'whole' };
  return { kind: 'part', range: { start: Math.max(0, sizeBytes - lengthBytes), end: sizeBytes } };
}
