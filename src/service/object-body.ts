// The body of a request that stores one, within its bounds; and what an operator is told of a write that succeeded.

import type { OperationCall } from '../bus/operation.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { IncomingBody } from '../core/body.ts';
import { withClaims, type BodyClaims } from './checksums.ts';

interface BodyRequest extends BodyClaims {
  readonly ContentLength?: number;
}

/** The body with the claims that came as parameters. Throws what S3 answers to one that is missing, cut short or too large. */
export function requestBody(request: BodyRequest, { body }: OperationCall, limitBytes: number): IncomingBody {
  if (body === undefined) throw new S3Error('MissingContentLength');
  if (request.ContentLength !== undefined && request.ContentLength !== body.lengthBytes) {
    throw new S3Error('IncompleteBody');
  }
  if (body.lengthBytes > limitBytes) throw entityTooLarge(body.lengthBytes, limitBytes);
  return withClaims(body, request);
}

export function entityTooLarge(sizeBytes: number, limitBytes: number): S3Error {
  const fields = { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(limitBytes) };
  return new S3Error('EntityTooLarge', undefined, { fields });
}

/** What an operator wants to know of a write that succeeded all the same. */
export function writeWarnings(outcome: {
  readonly missingShards: number;
  readonly nearFull?: boolean;
}): Record<string, string> {
  return {
    ...(outcome.missingShards === 0 ? {} : { 'X-Spx-Degraded-Write': String(outcome.missingShards) }),
    ...(outcome.nearFull === true ? { 'X-Predastore-Pool-Pressure': 'nearfull' } : {}),
  };
}
