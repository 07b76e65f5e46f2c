// Where a listing goes on, as an opaque token: base64url of one version byte and the last name in UTF-8.
//
// Tokens are by name, not by position: objects that come and go between two pages shift nothing.

import { S3Error } from '../contracts/s3-errors.ts';

const VERSION = 1;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

export function encodeToken(lastName: string): string {
  return Buffer.concat([Uint8Array.of(VERSION), Buffer.from(lastName)]).toString('base64url');
}

/** The name behind a token; throws what S3 answers to a token that we did not make. */
export function decodeToken(token: string): string {
  const bytes = BASE64URL.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  const name = bytes.toString('utf8', 1);
  if (bytes[0] !== VERSION || encodeToken(name) !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      fields: { ArgumentName: 'continuation-token' },
    });
  }
  return name;
}
