// Access-Control-… headers: what a script of another origin may see of a reply.
//
// Replies to requests with an `Origin` carry them, errors too: without them a browser hides from the script why it was refused.

import type { IncomingHttpHeaders } from 'node:http';
import type { OptionsObjectReply } from '../contracts/generated/messages.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { headerValue } from './header-text.ts';
import type { RequestTarget } from './request-target.ts';
import type { RequestContext, S3Client } from './s3-client.ts';

export type CrossOriginHeaders = Readonly<Record<string, string>>;

const NONE: CrossOriginHeaders = {};

/** Asks which headers the reply to a request gets. Resolves with none when the bucket allows nothing, or cannot be asked. */
export async function crossOriginHeadersOf(
  client: S3Client,
  context: RequestContext,
  headers: IncomingHttpHeaders,
  { method, target }: { readonly method: string; readonly target: RequestTarget },
): Promise<CrossOriginHeaders> {
  const origin = headerValue(headers, 'origin');
  if (origin === undefined || target.level === 'service') return NONE;
  const question = {
    Bucket: target.bucket,
    Origin: origin,
    RequestMethod: headerValue(headers, 'access-control-request-method') ?? method,
  };
  try {
    const asked = { ...question, RequestHeaders: [...requestedHeaders(headers)] };
    const { result } = await client.call('OptionsObject', asked, { context });
    // The client has checked the reply against the schema of this type.
    return crossOriginHeaders(result as unknown as OptionsObjectReply);
  } catch {
    // Not allowed, or not known: the browser keeps the reply to itself, which is the safe side. The request itself goes on.
    return NONE;
  }
}

/** RFC 9110, 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The headers that a script wants to send; refuses what can be none. */
export function requestedHeaders(headers: IncomingHttpHeaders): readonly string[] {
  const asked = headerValue(headers, 'access-control-request-headers') ?? '';
  const names = asked
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = asked.split(',').find((name) => name.trim() !== '' && !HEADER_NAME.test(name.trim()));
  if (wrong === undefined) return names;
  throw new S3Error('BadRequest', `Access-Control-Request-Headers "${wrong}" contains invalid character.`);
}

export function crossOriginHeaders(allowed: OptionsObjectReply): CrossOriginHeaders {
  return {
    'Access-Control-Allow-Origin': allowed.AllowOrigin,
    'Access-Control-Allow-Methods': allowed.AllowMethods.join(', '),
    ...list('Access-Control-Allow-Headers', allowed.AllowHeaders),
    ...list('Access-Control-Expose-Headers', allowed.ExposeHeaders),
    ...(allowed.MaxAgeSeconds === undefined
      ? {}
      : { 'Access-Control-Max-Age': String(allowed.MaxAgeSeconds) }),
    ...(allowed.AllowCredentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
    Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function list(header: string, values: readonly string[]): CrossOriginHeaders {
  return values.length === 0 ? NONE : { [header]: values.join(', ') };
}
