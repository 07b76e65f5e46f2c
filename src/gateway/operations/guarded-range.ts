// If-Range (RFC 9110, 13.1.5): a part of an object only while the object is the one that the client has the rest of, else all of it.
// Browsers and downloaders resume with it. S3 honours it without a word in its API reference; overlooked, it would glue two objects together.

import { isS3Error } from '../../contracts/s3-errors.ts';
import type { HeadObjectRequest } from '../../contracts/generated/messages.ts';
import { headerValue } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';
import { readParameters } from './object-reply.ts';

type Guard = Pick<HeadObjectRequest, 'IfMatch' | 'IfUnmodifiedSince'>;

const STRONG_TAG = /^"[^"]*"$/;

/** Reads with the parameters of the request: its range when If-Range allows it, else without one. */
export async function readGuarded<Reply>(
  request: GatewayRequest,
  read: (parameters: HeadObjectRequest) => Promise<Reply>,
): Promise<Reply> {
  const parameters = readParameters(request);
  const validator = headerValue(request.headers, 'if-range');
  if (validator === undefined || parameters.Range === undefined) return read(parameters);
  const { Range: _range, ...whole } = parameters;
  const guard = guardOf(validator, parameters);
  if (guard === undefined) return read(whole);
  try {
    return await read({ ...parameters, ...guard });
  } catch (error) {
    if (isS3Error(error) && error.code === 'PreconditionFailed') return read(whole);
    throw error;
  }
}

/** The condition that holds when the validator does; undefined: none can say it, and the whole is always right. */
function guardOf(validator: string, { IfMatch, IfUnmodifiedSince }: HeadObjectRequest): Guard | undefined {
  if ((IfMatch ?? IfUnmodifiedSince) !== undefined) return undefined;
  if (STRONG_TAG.test(validator)) return { IfMatch: validator };
  return Number.isNaN(Date.parse(validator)) ? undefined : { IfUnmodifiedSince: validator };
}
