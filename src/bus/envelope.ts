// The headers and small documents around every message of `s3.*`: docs/nats-api.md, written and read.
//
// Refuses: meaning. It knows how a request names its caller, not who that is.

import { headers as newHeaders, type Msg, type MsgHdrs } from '@nats-io/transport-node';

import { DIGEST_ALGORITHMS, type DigestAlgorithm, type DigestClaim } from '../core/body.ts';
import { REQUEST_HEADER_BYTES_MAX } from '../core/limits.ts';
import { S3Error, isS3ErrorCode } from '../contracts/s3-errors.ts';
import type { CallContext } from './operation.ts';

/** Version of the envelope and of the stream protocol, carried in every protocol header. */
export const PROTOCOL_VERSION = 1;

export const HEADER = {
  accountId: 'X-Account-ID',
  principalArn: 'X-Principal-ARN',
  requestId: 'X-Amz-Request-Id',
  idempotencyKey: 'Spinifex-Idempotency-Key',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  /** Request: what a gateway of the cluster says of it (origin-seal.ts). */
  origin: 'S3-Origin',
  /** Request: parameters as JSON while the payload is the body. */
  params: 'S3-Params',
  /** Request: how the body travels (SendHeader). */
  send: 'S3-Send',
  /** Request: what the caller understands of replies (AcceptHeader). */
  accept: 'S3-Accept',
  /** Reply: where to send the body (GrantHeader). */
  grant: 'S3-Grant',
  /** Reply: how the body travels (BodyHeader). */
  body: 'S3-Body',
  /** Reply: result as JSON while the payload is the body. */
  result: 'S3-Result',
  /** Reply: not the answer, only a sign of life. */
  alive: 'S3-Alive',
  status: 'S3-Status-Code',
  errorDetail: 'S3-Error-Detail',
  errorCode: 'Nats-Service-Error-Code',
  error: 'Nats-Service-Error',
  /** Stream control message: `ping`, `end` or `abort`. */
  stream: 'S3-Stream',
} as const;

export interface AcceptHeader {
  readonly v: number;
  /** The caller can receive a body stream and raw inline bodies. */
  readonly stream?: boolean;
  /** The caller wants a sign of life every so many milliseconds. */
  readonly alive?: number;
  /** Id of the caller's LocalBodies: a body may be handed over when it is ours as well. */
  readonly local?: string;
  /** The caller can use a ticket, and proves this identity: the hex of an ed25519 public key. */
  readonly quic?: string;
}

/** A way past NATS for one body: a QUIC stream to `address`, whose other end proves to be `peer`, and the ticket to present there. */
export interface TicketHeader {
  readonly address: string;
  readonly peer: string;
  /** 32 bytes in base64url. */
  readonly ticket: string;
}

export interface SendHeader {
  readonly v: number;
  readonly kind: 'raw' | 'stream' | 'local';
  /** `stream`: length of the body in bytes. */
  readonly length?: number;
  /** `stream`: base subject for acknowledgements. */
  readonly ack?: string;
  /** `local`: the offer. */
  readonly token?: string;
  /** The body is the document of parameters, too large for a message. */
  readonly document?: boolean;
  readonly announced?: readonly DigestAlgorithm[];
  /** `raw`: digests claimed for the payload; a stream claims them at its end. */
  readonly claims?: readonly WireClaim[];
}

export interface GrantHeader {
  readonly v: number;
  readonly to: string;
  readonly chunk: number;
  readonly window: number;
  /** The body may go there instead. */
  readonly quic?: TicketHeader;
}

export interface BodyHeader {
  readonly v: number;
  readonly kind: 'inline' | 'stream' | 'local';
  readonly length: number;
  /** `stream`: base subject for acknowledgements. */
  readonly ack?: string;
  /** `stream`: most bytes of one chunk and most chunks in flight. */
  readonly chunk?: number;
  readonly window?: number;
  /** `stream`: the body may be fetched there instead. */
  readonly quic?: TicketHeader;
  /** `local`: the offer. */
  readonly token?: string;
}

export interface WireClaim {
  readonly algorithm: DigestAlgorithm;
  /** Base64. */
  readonly digest: string;
  readonly signedPayload?: boolean;
}

/** Headers of a message by lower-case name, the first value of each. */
export type HeaderMap = ReadonlyMap<string, string>;

const NO_HEADERS: HeaderMap = new Map();

export function headerMap(msg: Msg): HeaderMap {
  const all = msg.headers;
  if (all === undefined) return NO_HEADERS;
  const map = new Map<string, string>();
  for (const [name, values] of all) map.set(name.toLowerCase(), values[0] ?? '');
  return map;
}

/** Lower-case names of the headers above, computed once. */
export const NAME = Object.fromEntries(
  Object.entries(HEADER).map(([key, name]) => [key, name.toLowerCase()]),
) as Readonly<Record<keyof typeof HEADER, string>>;

/** The host that a signed message is addressed to, so that any signer of HTTP requests can be used. */
export const SIGNED_HOST = 'predastore';
/** Headers that change what a message means: where there is a signature, it covers them. */
export const COVERED_HEADERS: readonly string[] = [
  NAME.params,
  NAME.send,
  NAME.idempotencyKey,
  NAME.accountId,
  NAME.principalArn,
];
/** Every header that a signature looks at, whether it names them or not. */
export const SIGNED_HEADERS: readonly string[] = [
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  ...COVERED_HEADERS,
];

const REQUEST_ID_PATTERN = /^[\w.-]{1,128}$/;
const ACCOUNT_PATTERN = /^\d{12}$/;

/** Who asks. A malformed account is refused; a malformed or missing request id is replaced. */
export function readContext(headers: HeaderMap, newRequestId: () => string): CallContext {
  const requestId = headers.get(NAME.requestId);
  const accountId = optional(headers, NAME.accountId);
  const principalArn = optional(headers, NAME.principalArn);
  const idempotencyKey = optional(headers, NAME.idempotencyKey);
  const traceparent = optional(headers, NAME.traceparent);
  const tracestate = optional(headers, NAME.tracestate);
  if (accountId !== undefined && !ACCOUNT_PATTERN.test(accountId)) {
    throw new S3Error('ValidationError', `${HEADER.accountId} must be 12 digits`);
  }
  return {
    requestId: requestId !== undefined && REQUEST_ID_PATTERN.test(requestId) ? requestId : newRequestId(),
    ...(accountId === undefined ? {} : { accountId }),
    ...(principalArn === undefined ? {} : { principalArn }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

function optional(headers: HeaderMap, name: string): string | undefined {
  const value = headers.get(name);
  if (value === undefined || value === '') return undefined;
  if (value.length > REQUEST_HEADER_BYTES_MAX)
    throw new S3Error('ValidationError', `header ${name} is too long`);
  return value;
}

/** The headers that carry `context`. */
export function contextHeaders(context: CallContext): MsgHdrs {
  const headers = newHeaders();
  headers.append(HEADER.requestId, context.requestId);
  if (context.accountId !== undefined) headers.append(HEADER.accountId, context.accountId);
  if (context.principalArn !== undefined) headers.append(HEADER.principalArn, context.principalArn);
  if (context.idempotencyKey !== undefined) headers.append(HEADER.idempotencyKey, context.idempotencyKey);
  if (context.traceparent !== undefined) headers.append(HEADER.traceparent, context.traceparent);
  if (context.tracestate !== undefined) headers.append(HEADER.tracestate, context.tracestate);
  return headers;
}

const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]/g;

/** JSON that is safe in a header: printable ASCII only, anything else as \uXXXX. */
export function headerJson(value: unknown): string {
  return asciiJson(JSON.stringify(value));
}

/** The same for text that is JSON already. */
export function asciiJson(json: string): string {
  return json.replace(
    NOT_PRINTABLE_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One header set, for replies and stream control. */
export function singleHeader(name: string, value: string): MsgHdrs {
  const headers = newHeaders();
  headers.append(name, value);
  return headers;
}

/** Bytes of a message as text, without a copy of the bytes. */
export function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}

/** A JSON object from a peer, or undefined. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // malformed input of a peer: the caller answers it
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{"Code","Message"}` and nothing else: what an error looks like on the bus. */
export function errorPayload(error: S3Error): string {
  return JSON.stringify({ Code: error.code, Message: error.message });
}

/** The error in `{"Code","Message"}`, with an optional detail header; codes we do not know become InternalError. */
export function readError(text: string, detail?: string): S3Error {
  const document = parseObject(text);
  const code = document?.['Code'];
  const message = document?.['Message'];
  const words = typeof message === 'string' && message !== '' ? message : undefined;
  if (typeof code !== 'string' || !isS3ErrorCode(code)) {
    return new S3Error(
      'InternalError',
      `${typeof code === 'string' ? code : 'unreadable error'}: ${words ?? ''}`,
    );
  }
  const parsed = detail === undefined ? undefined : parseObject(detail);
  return new S3Error(code, words, {
    fields: textRecord(parsed?.['fields']),
    headers: textRecord(parsed?.['headers']),
  });
}

function textRecord(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

const ALGORITHMS: readonly string[] = DIGEST_ALGORITHMS;

function isAlgorithm(value: unknown): value is DigestAlgorithm {
  return typeof value === 'string' && ALGORITHMS.includes(value);
}

export function wireClaims(claims: readonly DigestClaim[]): WireClaim[] {
  return claims.map((claim) => ({
    algorithm: claim.algorithm,
    digest: Buffer.from(claim.digest).toString('base64'),
    ...(claim.signedPayload === true ? { signedPayload: true } : {}),
  }));
}

/** Claims from a peer; anything that is not one is refused. */
export function readClaims(value: unknown): DigestClaim[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > ALGORITHMS.length) throw malformedClaims();
  return value.map((claim: unknown) => {
    if (!isObject(claim) || !isAlgorithm(claim['algorithm']) || typeof claim['digest'] !== 'string') {
      throw malformedClaims();
    }
    const digest = Buffer.from(claim['digest'], 'base64');
    const signed = claim['signedPayload'] === true ? { signedPayload: true } : {};
    return { algorithm: claim['algorithm'], digest, ...signed };
  });
}

function malformedClaims(): S3Error {
  return new S3Error('ValidationError', 'claims must be a list of {algorithm, digest}');
}

/** Algorithms a peer announces. */
export function readAnnounced(value: unknown): readonly DigestAlgorithm[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > ALGORITHMS.length || !value.every(isAlgorithm)) {
    throw new S3Error('ValidationError', `announced must be a list of ${ALGORITHMS.join(', ')}`);
  }
  return value;
}
