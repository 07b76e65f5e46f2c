// Writing replies: headers, documents, and bodies with back-pressure.
//
// Invariants:
//  1. A 2xx with a body ends properly only when every byte of it was written and its source ended without an error;
//     otherwise the connection is cut, so that no client takes a part for the whole.
//  2. A client that reads nothing for BODY_IDLE_TIMEOUT_MS is given up, and the source is stopped.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { S3Error } from '../contracts/s3-errors.ts';
import type { OutgoingBody } from '../core/body.ts';
import { PredastoreError } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrossOriginHeaders } from './cross-origin.ts';
import { sendableText } from './header-text.ts';
import type { GatewayReply } from './operation.ts';
import { endAfterDraining, unreadBodyOf } from './unread-body.ts';
import { escapeXml, leaf } from './xml.ts';

/** One request and its response, as far as writing the answer is concerned. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly idleTimeoutMs: number;
  readonly requestId: string;
  readonly hostId: string;
  /** Whether the client was told to send its body (or never asked). */
  readonly continued: () => boolean;
  /** For requests of browsers: what scripts of their origin may see. Never rejects. */
  crossOrigin?: Promise<CrossOriginHeaders>;
}

/** Sends a reply; resolves when its last byte is handed to the socket. */
export async function sendReply(
  exchange: Exchange,
  reply: GatewayReply,
  extraHeaders: Readonly<Record<string, string>>,
): Promise<void> {
  const headers: OutgoingHttpHeaders = { ...reply.headers, ...extraHeaders };
  if (exchange.crossOrigin !== undefined) Object.assign(headers, await exchange.crossOrigin);
  if (reply.stream === undefined) {
    await sendWhole(exchange, reply.status, headers, reply.xml);
    return;
  }
  writeHead(exchange, reply.status, headers, unreadBodyOf(exchange.request, exchange.continued()) !== 'none');
  await sendStream(exchange, reply.stream);
}

/** Sends an error as AWS does; `resource` is the path of the request. */
export async function sendError(exchange: Exchange, error: S3Error, resource: string): Promise<void> {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(error.headers)) headers[name] = sendableText(value);
  Object.assign(headers, await exchange.crossOrigin);
  // A sender that stalled or broke off will not make sense of the connection any more.
  if (error.code === 'RequestTimeout') headers['Connection'] = 'close';
  const bodiless = error.status === 304;
  await sendWhole(
    exchange,
    error.status,
    headers,
    bodiless ? undefined : errorDocument(exchange, error, resource),
  );
}

function errorDocument(exchange: Exchange, error: S3Error, resource: string): string {
  const fields = Object.entries(error.fields).map(([name, value]) => leaf(name, value));
  const message = error.message === '' ? error.code : error.message;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${escapeXml(message)}</Message>` +
    `${fields.join('')}${leaf('Resource', resource)}${leaf('RequestId', exchange.requestId)}` +
    `${leaf('HostId', exchange.hostId)}</Error>`
  );
}

async function sendWhole(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  xml: string | undefined,
): Promise<void> {
  const { request, response } = exchange;
  const body = xml === undefined ? undefined : Buffer.from(xml);
  describeBody(headers, status, body);
  const unread = unreadBodyOf(request, exchange.continued());
  const gaveUp = headers['Connection'] === 'close';
  writeHead(exchange, status, headers, unread === 'long' || unread === 'awaiting-continue');
  const sentBody = request.method === 'HEAD' ? undefined : body;
  if (gaveUp || unread === 'none' || unread === 'awaiting-continue') {
    endWith(exchange, sentBody);
    return;
  }
  if (sentBody === undefined) response.flushHeaders();
  else response.write(sentBody);
  await endAfterDraining(request, response, exchange.clock);
}

function describeBody(headers: OutgoingHttpHeaders, status: number, body: Buffer | undefined): void {
  if (body !== undefined) {
    headers['Content-Type'] = 'application/xml';
    headers['Content-Length'] = body.length;
  } else if (headers['Content-Length'] === undefined && status !== 204 && status !== 304) {
    headers['Content-Length'] = 0;
  }
}

function writeHead(exchange: Exchange, status: number, headers: OutgoingHttpHeaders, closing: boolean): void {
  headers['x-amz-request-id'] = exchange.requestId;
  headers['x-amz-id-2'] = exchange.hostId;
  headers['Server'] = 'Predastore';
  if (closing) headers['Connection'] = 'close';
  exchange.response.writeHead(status, headers);
}

async function sendStream(exchange: Exchange, body: OutgoingBody): Promise<void> {
  const { response } = exchange;
  let sent = 0;
  let last: Uint8Array | undefined;
  for await (const chunk of body.bytes) {
    if (response.destroyed) throw new PredastoreError('cancelled', 'the client went away');
    sent += chunk.length;
    if (sent > body.lengthBytes) throw new PredastoreError('internal', 'a body is longer than it said');
    // The last bytes wait until the source has ended well.
    if (sent === body.lengthBytes) last = chunk;
    else if (!response.write(chunk)) await writable(exchange);
  }
  if (sent !== body.lengthBytes) throw new PredastoreError('internal', 'a body is shorter than it said');
  endWith(exchange, last);
}

/** What the socket has not taken is left to it, for as long as it moves; when it is done a socket kept open has its own patience. */
function endWith({ request, response, idleTimeoutMs }: Exchange, last: Uint8Array | undefined): void {
  response.end(last);
  if (!response.writableFinished) request.socket.setTimeout(idleTimeoutMs);
}

/** Waits until the socket takes more. */
function writable({ response, clock, idleTimeoutMs }: Exchange): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      timer.cancel();
      response.off('drain', onDrain);
      response.off('close', onClose);
    };
    const onDrain = (): void => {
      settle();
      resolve();
    };
    const onClose = (): void => {
      settle();
      reject(new PredastoreError('cancelled', 'the client went away'));
    };
    const timer = clock.after(idleTimeoutMs, () => {
      settle();
      reject(new PredastoreError('cancelled', `the client read nothing for ${idleTimeoutMs} ms`));
    });
    response.on('drain', onDrain);
    response.on('close', onClose);
    if (response.destroyed) onClose();
  });
}
