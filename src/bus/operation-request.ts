// A request message, taken apart: parameters and where the body is. Whatever does not fit is a ValidationError that
// names what is wrong.

import { isUtf8 } from 'node:buffer';

import type { Msg } from '@nats-io/transport-node';

import type { DigestAlgorithm, DigestClaim } from '../core/body.ts';
import { DOCUMENT_BYTES_MAX, INLINE_BODY_BYTES_MAX, OBJECT_BYTES_MAX } from '../core/limits.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { isReplySubject } from './byte-stream.ts';
import {
  HEADER,
  NAME,
  PROTOCOL_VERSION,
  isObject,
  parseObject,
  readAnnounced,
  readClaims,
  type AcceptHeader,
  type HeaderMap,
} from './envelope.ts';
import { isGuest } from './ticket-desk.ts';

export type RequestBody =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'bytes';
      readonly bytes: Uint8Array;
      readonly announced: readonly DigestAlgorithm[];
      readonly claims: readonly DigestClaim[];
    }
  | {
      readonly kind: 'stream';
      readonly lengthBytes: number;
      readonly ack: string;
      readonly announced: readonly DigestAlgorithm[];
    }
  | { readonly kind: 'local'; readonly token: string };

export interface DecodedRequest {
  /** Undefined when the parameters themselves are the body: a document too large for a message. */
  readonly parameters: Record<string, unknown> | undefined;
  readonly body: RequestBody;
}

const NO_BODY: RequestBody = { kind: 'none' };
const BASE64_PATTERN = /^[A-Za-z0-9+/]*={0,2}$/;

/** Takes a request apart. `takesBody` says whether `Body` belongs to the envelope. */
export function decodeRequest(msg: Msg, headers: HeaderMap, takesBody: boolean): DecodedRequest {
  const send = headers.get(NAME.send);
  if (send !== undefined && send !== '') return decodeSent(msg, headers, send, takesBody);
  const params = headers.get(NAME.params);
  if (params !== undefined) {
    if (!takesBody && msg.data.length > 0) throw invalid('this operation takes no body');
    return { parameters: parseDocument(params), body: rawBody(msg.data, [], []) };
  }
  const parameters = parsePayload(msg.data);
  return { parameters, body: takesBody ? takeInlineBody(parameters) : NO_BODY };
}

/** A document in bytes as an object; `{}` for nothing at all. */
export function parsePayload(data: Uint8Array): Record<string, unknown> {
  if (data.length === 0) return {};
  if (data.length > DOCUMENT_BYTES_MAX) throw invalid(`the request exceeds ${DOCUMENT_BYTES_MAX} bytes`);
  if (!isUtf8(data)) throw invalid('the request is not UTF-8');
  return parseDocument(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
}

function parseDocument(text: string): Record<string, unknown> {
  const document = parseObject(text);
  if (document === undefined) throw invalid('the request is not a JSON object');
  return document;
}

function decodeSent(msg: Msg, headers: HeaderMap, header: string, takesBody: boolean): DecodedRequest {
  const send = parseVersioned(header, HEADER.send);
  const isDocument = send['document'] === true;
  if (!takesBody && !isDocument) throw invalid('this operation takes no body');
  const announced = readAnnounced(send['announced']);
  const params = headers.get(NAME.params);
  const parametersBeside = (): Record<string, unknown> | undefined => {
    if (isDocument) return undefined;
    return params === undefined ? parsePayload(msg.data) : parseDocument(params);
  };
  switch (send['kind']) {
    case 'raw':
      if (params === undefined) throw invalid(`a raw body needs the header ${HEADER.params}`);
      return {
        parameters: parseDocument(params),
        body: rawBody(msg.data, announced, readClaims(send['claims'])),
      };
    case 'stream':
      return { parameters: parametersBeside(), body: streamBody(send, announced) };
    case 'local':
      if (typeof send['token'] !== 'string') throw invalid(`${HEADER.send} of kind local needs a token`);
      return { parameters: parametersBeside(), body: { kind: 'local', token: send['token'] } };
    default:
      throw invalid(`${HEADER.send} must be of kind raw, stream or local`);
  }
}

function rawBody(
  bytes: Uint8Array,
  announced: readonly DigestAlgorithm[],
  claims: readonly DigestClaim[],
): RequestBody {
  if (bytes.length > INLINE_BODY_BYTES_MAX) {
    throw new S3Error(
      'EntityTooLarge',
      `A body inside a message has at most ${INLINE_BODY_BYTES_MAX} bytes.`,
    );
  }
  return { kind: 'bytes', bytes, announced, claims };
}

function streamBody(
  send: Readonly<Record<string, unknown>>,
  announced: readonly DigestAlgorithm[],
): RequestBody {
  const { length, ack } = send;
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw invalid(`${HEADER.send} of kind stream needs the length of the body`);
  }
  if (length > OBJECT_BYTES_MAX) throw new S3Error('EntityTooLarge');
  if (typeof ack !== 'string' || !isReplySubject(ack)) {
    throw invalid(`${HEADER.send} of kind stream needs ack, an inbox subject`);
  }
  return { kind: 'stream', lengthBytes: length, ack, announced };
}

/** `Body` in base64 leaves the parameters: the handler sees it as its body. */
function takeInlineBody(parameters: Record<string, unknown>): RequestBody {
  const body = parameters['Body'];
  if (body === undefined || body === null) return NO_BODY;
  delete parameters['Body'];
  if (typeof body !== 'string') {
    throw invalid('Body must be text in base64; send other bodies raw or as a stream');
  }
  if (body.length % 4 !== 0 || !BASE64_PATTERN.test(body)) throw invalid('Body is not valid base64');
  return rawBody(Buffer.from(body, 'base64'), [], []);
}

/** What the caller understands of replies; an absent header means plain JSON only. */
export function readAccept(text: string | undefined): AcceptHeader {
  if (text === undefined || text === '') return PLAIN;
  const { v, stream, alive, local, quic } = parseVersioned(text, HEADER.accept);
  return {
    v: Number(v),
    stream: stream === true,
    ...(typeof alive === 'number' && alive > 0 ? { alive } : {}),
    ...(typeof local === 'string' ? { local } : {}),
    ...(isGuest(quic) ? { quic } : {}),
  };
}

const PLAIN: AcceptHeader = { v: PROTOCOL_VERSION };

function parseVersioned(text: string, name: string): Readonly<Record<string, unknown>> {
  const value = parseObject(text);
  if (!isObject(value)) throw invalid(`${name} is not a JSON object`);
  if (value['v'] !== PROTOCOL_VERSION) throw invalid(`${name} must have "v": ${PROTOCOL_VERSION}`);
  return value;
}

function invalid(message: string): S3Error {
  return new S3Error('ValidationError', message);
}
