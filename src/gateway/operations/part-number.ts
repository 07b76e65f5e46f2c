import { S3Error } from '../../contracts/s3-errors.ts';
import { MULTIPART_PARTS_MAX } from '../../core/limits.ts';

/** A `partNumber` of a query; `undefined` when there is none. */
export function partNumberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MULTIPART_PARTS_MAX) return number;
  throw new S3Error(
    'InvalidArgument',
    `Part number must be an integer between 1 and ${MULTIPART_PARTS_MAX}, inclusive.`,
    {
      fields: { ArgumentName: 'partNumber', ArgumentValue: text },
    },
  );
}

/** The part that a request is about. */
export function requiredPartNumber(query: ReadonlyMap<string, string>): number {
  const number = partNumberOf(query.get('partNumber'));
  if (number !== undefined) return number;
  throw new S3Error('InvalidArgument', 'This operation does not accept a request without a partNumber.', {
    fields: { ArgumentName: 'partNumber', ArgumentValue: '' },
  });
}
