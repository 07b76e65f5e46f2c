import { S3Error } from '../../contracts/s3-errors.ts';

const INTEGER_MAX = 0x7fffffff;

/** A page size: absent, or an integer of at least zero. `name` is how the client calls it. */
export function pageArgument(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  const fields = { ArgumentName: name, ArgumentValue: text };
  if (Number.isNaN(value) || value > INTEGER_MAX) {
    throw new S3Error('InvalidArgument', `Provided ${text} not an integer or within integer range`, {
      fields,
    });
  }
  if (value < 0) {
    throw new S3Error('InvalidArgument', `Argument ${text} must be an integer between 0 and ${INTEGER_MAX}`, {
      fields,
    });
  }
  return value;
}

/** The number of a part after which a page begins, as messages carry it. */
export function partMarker(name: string, text: string | undefined): string | undefined {
  const value = pageArgument(name, text);
  return value === undefined ? undefined : String(value);
}
