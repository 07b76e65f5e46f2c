// What a restored stream says of the one it succeeds, in `$KV.s3._m.succession`.

import { messageOf, PredastoreError } from '../core/errors.ts';
import { expect, isCount, isFields, isText } from './field-checks.ts';

export interface Succession {
  readonly v: 1;
  /** `created` of the lost stream: views that picture it may follow this one. */
  readonly from: string;
  /** How far the view went that this stream was restored from. */
  readonly applied: number;
  /** Every record is in the stream. */
  readonly done: boolean;
}

export function encodeSuccession(succession: Succession): Buffer {
  return Buffer.from(JSON.stringify(succession));
}

export function decodeSuccession(bytes: Buffer): Succession {
  try {
    const fields: unknown = JSON.parse(bytes.toString('utf8'));
    expect(isFields(fields) && fields['v'] === 1, 'version');
    const { from, applied, done } = fields;
    expect(isText(from) && isCount(applied) && typeof done === 'boolean', 'from, applied or done');
    return { v: 1, from, applied, done };
  } catch (error) {
    throw new PredastoreError('metadata-corrupt', `succession record: ${messageOf(error)}`, error);
  }
}
