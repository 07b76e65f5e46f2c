// Numbers that page and address parts and uploads, and what S3 answers to those out of bounds.

import { S3Error } from '../contracts/s3-errors.ts';
import { LIST_PARTS_MAX, MULTIPART_PARTS_MAX } from '../core/limits.ts';

export function requirePartNumber(number: number): void {
  if (number >= 1 && number <= MULTIPART_PARTS_MAX) return;
  throw invalidArgument(
    `Part number must be an integer between 1 and ${MULTIPART_PARTS_MAX}, inclusive.`,
    'partNumber',
    number,
  );
}

export interface PartPaging {
  /** Only parts with a higher number. */
  readonly after: number;
  readonly limit: number;
}

const MARKER = /^\d{1,9}$/;

/** Which parts a page shows. */
export function partPagingOf(request: {
  readonly MaxParts?: number;
  readonly PartNumberMarker?: string;
}): PartPaging {
  const { MaxParts, PartNumberMarker: marker = '' } = request;
  if (marker !== '' && !MARKER.test(marker))
    throw invalidArgument('Provided part-number-marker not an integer', 'part-number-marker', marker);
  return { after: Number(marker), limit: pageLimit(MaxParts, LIST_PARTS_MAX, 'max-parts') };
}

/** The size of a page: what was asked for, within the bound. */
export function pageLimit(asked: number | undefined, limit: number, argument: string): number {
  if (asked === undefined) return limit;
  if (asked < 0) throw invalidArgument(`Argument ${argument} must not be negative`, argument, asked);
  return Math.min(asked, limit);
}

export function invalidArgument(message: string, name: string, value: string | number): S3Error {
  return new S3Error('InvalidArgument', message, {
    fields: { ArgumentName: name, ArgumentValue: String(value) },
  });
}
