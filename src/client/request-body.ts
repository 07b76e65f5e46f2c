// Sending a request with its body, by the cheapest way both ends have.

import { collect, once, type IncomingBody } from '../core/body.ts';
import { PredastoreError } from '../core/errors.ts';
import { INLINE_BODY_BYTES_MAX } from '../core/limits.ts';
import { ByteSender } from '../bus/byte-sender.ts';
import {
  HEADER,
  NAME,
  PROTOCOL_VERSION,
  asciiJson,
  headerJson,
  headerMap,
  parseObject,
  wireClaims,
  type SendHeader,
} from '../bus/envelope.ts';
import type { BusMessage } from '../bus/reply-inbox.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { settled } from '../platform/supervise.ts';
import type { ClientParts } from './call.ts';
import type { PendingExchange } from './pending-exchange.ts';

/** Room for headers beside a body or document. */
const HEADER_ROOM_BYTES = 64 * 1024;
/** Parameters longer than this do not travel in a header. */
const HEADER_PARAMETERS_CHARS_MAX = 32 * 1024;

/** Sends parameters and body; resolves with the message that answers the operation. */
export async function sendRequest(
  parts: ClientParts,
  exchange: PendingExchange,
  parameters: object,
  body: IncomingBody | undefined,
): Promise<BusMessage> {
  const document = JSON.stringify(parameters);
  if (body !== undefined) return sendWithBody(parts, exchange, document, body);
  const room = roomBytes(parts);
  // A UTF-16 unit takes at most three bytes: only long documents need to be measured.
  if (document.length * 3 <= room || Buffer.byteLength(document) <= room) return exchange.send(document);
  return sendAsBody(parts, exchange, Buffer.from(document));
}

async function sendWithBody(
  parts: ClientParts,
  exchange: PendingExchange,
  document: string,
  body: IncomingBody,
): Promise<BusMessage> {
  try {
    if (parts.localBodies !== undefined) {
      return await sendLocally(parts, exchange, { payload: document, body, isDocument: false });
    }
    const fitsHeader = document.length <= HEADER_PARAMETERS_CHARS_MAX / 6;
    if (fitsHeader && body.lengthBytes <= Math.min(INLINE_BODY_BYTES_MAX, roomBytes(parts))) {
      return await sendInline(exchange, document, body);
    }
    return await sendStream(parts, exchange, { payload: document, body, isDocument: false });
  } catch (error) {
    // A source that stands still ends when it moves again: nobody waits for that.
    const ended = Promise.resolve(body.bytes[Symbol.asyncIterator]().return?.());
    settled(ended, 'the call has failed already');
    throw error;
  }
}

/** A document beyond max_payload goes the way of a body. */
function sendAsBody(parts: ClientParts, exchange: PendingExchange, document: Buffer): Promise<BusMessage> {
  const body = { lengthBytes: document.length, bytes: once(document), announced: [], claims: () => [] };
  const large = { payload: '', body, isDocument: true };
  return parts.localBodies === undefined
    ? sendStream(parts, exchange, large)
    : sendLocally(parts, exchange, large);
}

interface Sending {
  readonly payload: string;
  readonly body: IncomingBody;
  readonly isDocument: boolean;
}

async function sendLocally(
  parts: ClientParts,
  exchange: PendingExchange,
  sending: Sending,
): Promise<BusMessage> {
  const offer = parts.localBodies?.requests.offer(sending.body);
  if (offer === undefined) throw new PredastoreError('internal', 'no registry of local bodies');
  const send: SendHeader = {
    v: PROTOCOL_VERSION,
    kind: 'local',
    token: offer.token,
    ...(sending.isDocument ? { document: true } : {}),
  };
  exchange.headers.append(HEADER.send, headerJson(send));
  try {
    const answer = await exchange.send(sending.payload);
    offer.withdraw(new PredastoreError('cancelled', 'the request was answered'));
    return answer;
  } catch (error) {
    offer.withdraw(new PredastoreError('cancelled', 'the caller gave up', error));
    throw error;
  }
}

async function sendInline(
  exchange: PendingExchange,
  document: string,
  body: IncomingBody,
): Promise<BusMessage> {
  const bytes = await collectExactly(body);
  const claims = body.claims();
  exchange.headers.append(HEADER.params, asciiJson(document));
  if (claims.length > 0 || body.announced.length > 0) {
    const send: SendHeader = {
      v: PROTOCOL_VERSION,
      kind: 'raw',
      announced: body.announced,
      claims: wireClaims(claims),
    };
    exchange.headers.append(HEADER.send, headerJson(send));
  }
  return exchange.send(bytes);
}

async function sendStream(
  parts: ClientParts,
  exchange: PendingExchange,
  sending: Sending,
): Promise<BusMessage> {
  const { body, isDocument } = sending;
  const link = await parts.bulk.get();
  const sender = new ByteSender(link, body, 'owner');
  try {
    const send: SendHeader = {
      v: PROTOCOL_VERSION,
      kind: 'stream',
      length: body.lengthBytes,
      ack: sender.ack,
      announced: body.announced,
      ...(isDocument ? { document: true } : {}),
    };
    exchange.headers.append(HEADER.send, headerJson(send));
    const first = await exchange.send(sending.payload);
    const grant = headerMap(first).get(NAME.grant);
    if (grant === undefined) {
      await sender.discard();
      return first; // answered without reading the body
    }
    exchange.onAbandon((error) => sender.abort(error));
    await startSender(parts, sender, grant);
  } catch (error) {
    await sender.discard();
    throw error;
  }
  return sender.run();
}

async function startSender(parts: ClientParts, sender: ByteSender, grant: string): Promise<void> {
  const { v, to, chunk, window, quic } = parseObject(grant) ?? {};
  if (v !== PROTOCOL_VERSION || typeof to !== 'string') {
    throw new S3Error('InternalError', `${HEADER.grant} cannot be understood: ${grant}`);
  }
  const admitted = await parts.quic?.pipeFor(quic, '');
  if (admitted !== undefined && sender.takePipe(admitted.pipe, to)) return;
  admitted?.pipe.abort(new PredastoreError('cancelled', 'the body was given up'));
  sender.start(to, { chunk, window });
}

async function collectExactly(body: IncomingBody): Promise<Buffer> {
  const { lengthBytes } = body;
  const bytes = await collect(body.bytes, lengthBytes).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    throw new PredastoreError(
      'body-too-long',
      `the body goes on past its declared ${lengthBytes} bytes`,
      error,
    );
  });
  if (bytes.length === lengthBytes) return bytes;
  throw new PredastoreError(
    'body-incomplete',
    `the body ended after ${bytes.length} of ${lengthBytes} bytes`,
  );
}

function roomBytes(parts: ClientParts): number {
  return parts.bus.control.maxPayloadBytes - HEADER_ROOM_BYTES;
}
