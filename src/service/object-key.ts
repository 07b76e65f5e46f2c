// What a key may be: any text that has a UTF-8 form, of bounded length. Nothing else is refused: keys are opaque.

import { S3Error } from '../contracts/s3-errors.ts';
import { OBJECT_KEY_BYTES_MAX } from '../core/limits.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Throws what S3 answers to a key that cannot be one. */
export function requireKey(key: string): void {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes > OBJECT_KEY_BYTES_MAX) {
    const fields = { Size: String(sizeBytes), MaxSizeAllowed: String(OBJECT_KEY_BYTES_MAX) };
    throw new S3Error('KeyTooLongError', undefined, { fields });
  }
  if (LONE_SURROGATE.test(key)) throw new S3Error('InvalidURI', 'The key cannot be written in UTF-8.');
}

export function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', undefined, { fields: { Key: key } });
}
