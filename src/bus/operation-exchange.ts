// One request and its reply, on the side of the node.
//
//   X1. Exactly one reply is sent, whatever happens; an error reply is {"Code","Message"} and nothing else.
//   X2. A body stream is granted by the first read of the handler: a request refused for other reasons costs no upload.
//   X3. A body that a handler returned is either on its way to the caller or let go.

import { headers as newHeaders, type Msg, type MsgHdrs } from '@nats-io/transport-node';

import { bodyOf, collect, once, type IncomingBody, type OutgoingBody } from '../core/body.ts';
import { errorOf, PredastoreError } from '../core/errors.ts';
import { DOCUMENT_BYTES_MAX, INLINE_BODY_BYTES_MAX, RESULT_BYTES_MAX } from '../core/limits.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { withoutNulls } from '../contracts/validators.ts';
import { supervise } from '../platform/supervise.ts';
import type { BulkLink } from './bulk-link.ts';
import { ByteReceiver } from './byte-receiver.ts';
import { ByteSender } from './byte-sender.ts';
import { isReplySubject } from './byte-stream.ts';
import {
  HEADER,
  NAME,
  PROTOCOL_VERSION,
  asciiJson,
  errorPayload,
  headerJson,
  headerMap,
  readContext,
  singleHeader,
  type AcceptHeader,
  type BodyHeader,
  type GrantHeader,
  type HeaderMap,
} from './envelope.ts';
import { LazyBytes } from './lazy-bytes.ts';
import type { CallContext, OperationCall, OperationReply } from './operation.ts';
import { decodeRequest, parsePayload, readAccept, type RequestBody } from './operation-request.ts';
import type { GrantedTicket, TicketHolder } from './ticket-desk.ts';
import { placesFor, type ServedOperation, type ServerParts } from './operation-parts.ts';

const EMPTY = new Uint8Array(0);
/** Room for the headers beside an inline body or result. */
const HEADER_ROOM_BYTES = 64 * 1024;

export class Exchange {
  readonly #parts: ServerParts;
  readonly #operation: ServedOperation;
  readonly #msg: Msg;
  readonly #replyTo: string;
  #headers: HeaderMap = new Map();
  #context: CallContext;
  #accept: AcceptHeader = { v: PROTOCOL_VERSION };
  #receiver: ByteReceiver | undefined;
  #aborter: AbortController | undefined;
  #abortReason: Error | undefined;
  #saidAliveMs: number;
  #replied = false;

  constructor(parts: ServerParts, operation: ServedOperation, msg: Msg, replyTo: string) {
    this.#parts = parts;
    this.#operation = operation;
    this.#msg = msg;
    this.#replyTo = replyTo;
    this.#context = { requestId: '' };
    this.#saidAliveMs = parts.clock.monotonicMs();
  }

  /** Reads the request, has it handled and replies. Returns the error code, if it was one. Never rejects. */
  async run(): Promise<string | undefined> {
    try {
      this.#readHeaders();
      const release = await placesFor(this.#parts, this.#operation).acquire();
      try {
        await this.#checkCaller();
        await this.#reply(await this.#operation.handler(await this.#readCall()));
        return undefined;
      } finally {
        release();
      }
    } catch (error) {
      return this.#replyError(error);
    }
  }

  /** Tells a caller that asked for it that we are still at work. */
  sayAlive(nowMs: number): void {
    const { alive } = this.#accept;
    if (alive === undefined || this.#replied || this.#receiver !== undefined) return;
    if (nowMs - this.#saidAliveMs < alive) return;
    this.#saidAliveMs = nowMs;
    this.#parts.publish(this.#replyTo, EMPTY, singleHeader(HEADER.alive, '1'));
  }

  #readHeaders(): void {
    this.#headers = headerMap(this.#msg);
    this.#context = { requestId: this.#parts.newRequestId() };
    this.#context = readContext(this.#headers, () => this.#context.requestId);
    this.#accept = readAccept(this.#headers.get(NAME.accept));
  }

  async #checkCaller(): Promise<void> {
    const { callers } = this.#parts;
    if (callers === undefined) return;
    const { name, subject } = this.#operation.description;
    const unchecked = { operation: name, subject, headers: this.#headers, payload: this.#msg.data };
    const checked = callers.check({ ...unchecked, context: this.#context });
    this.#context = checked instanceof Promise ? await checked : checked;
  }

  async #readCall(): Promise<OperationCall> {
    const { takesBody, name } = this.#operation.description;
    const request = decodeRequest(this.#msg, this.#headers, takesBody);
    const sent = this.#bodyOf(request.body);
    const document = request.parameters ?? parsePayload(await collect(sent.bytes, DOCUMENT_BYTES_MAX));
    const parameters = withoutNulls(document);
    const problem = this.#operation.validate(parameters);
    if (problem !== undefined) throw new S3Error('ValidationError', problem);
    const body = takesBody && request.parameters !== undefined ? sent : undefined;
    if (body !== undefined) checkLength(parameters['ContentLength'], body.lengthBytes, request.body.kind);
    const signal = (): AbortSignal => this.#signal();
    return {
      operation: name,
      context: this.#context,
      parameters,
      ...(body === undefined ? {} : { body }),
      get signal() {
        return signal();
      },
    };
  }

  #bodyOf(body: RequestBody): IncomingBody {
    switch (body.kind) {
      case 'none':
        return bodyOf(EMPTY);
      case 'bytes':
        return {
          lengthBytes: body.bytes.length,
          bytes: once(body.bytes),
          announced: body.announced,
          claims: () => body.claims,
        };
      case 'local': {
        const claimed = this.#parts.localBodies?.requests.claim(body.token);
        if (claimed !== undefined) return claimed;
        throw new S3Error('ServiceUnavailable', 'The body of the request is no longer there.');
      }
      case 'stream':
        return {
          lengthBytes: body.lengthBytes,
          bytes: new LazyBytes(
            () => this.#grant(body),
            () => undefined,
          ),
          announced: body.announced,
          claims: () => this.#receiver?.claims ?? [],
        };
    }
  }

  /** Opens the way for the caller's body and says where it leads. */
  async #grant(body: RequestBody & { kind: 'stream' }): Promise<ByteReceiver> {
    const link = await this.#parts.bulk.get();
    const release = await link.receiving.acquire();
    let receiver: ByteReceiver;
    const ticket = this.#ticketFor({
      node: 'receives',
      take: (_pipe, reader) => this.#receiver?.takePipe(reader) ?? false,
    });
    try {
      receiver = new ByteReceiver({
        link,
        ack: body.ack,
        lengthBytes: body.lengthBytes,
        shape: link.shape,
        ownerFinishes: true,
        onClose: (failure) => {
          release();
          ticket?.withdraw();
          if (failure !== undefined) this.#abort(failure);
        },
      });
    } catch (error) {
      release();
      ticket?.withdraw();
      throw error;
    }
    const grant: GrantHeader = {
      v: PROTOCOL_VERSION,
      to: receiver.subject,
      chunk: link.shape.chunkBytes,
      window: link.shape.windowChunks,
      ...(ticket === undefined ? {} : { quic: ticket.header }),
    };
    this.#receiver = receiver;
    this.#parts.publish(this.#replyTo, EMPTY, singleHeader(HEADER.grant, headerJson(grant)));
    return receiver;
  }

  async #reply(reply: OperationReply): Promise<void> {
    const headers = newHeaders();
    headers.append(HEADER.requestId, this.#context.requestId);
    for (const [name, value] of Object.entries(reply.headers ?? {})) headers.append(name, value);
    const payload = JSON.stringify(reply.result);
    if (reply.body !== undefined) return this.#replyWithBody(payload, headers, reply.body);
    if (payload.length * 3 <= this.#roomBytes() || Buffer.byteLength(payload) <= this.#roomBytes()) {
      this.#respond(payload, headers);
      return;
    }
    return this.#replyLargeResult(Buffer.from(payload), headers);
  }

  async #replyWithBody(result: string, headers: MsgHdrs, body: OutgoingBody): Promise<void> {
    const fitsInline = body.lengthBytes <= Math.min(INLINE_BODY_BYTES_MAX, this.#roomBytes());
    if (this.#callerIsHere()) {
      await this.#offerLocally(result, headers, body);
    } else if (this.#accept.stream === true && fitsInline && result.length * 6 < HEADER_ROOM_BYTES / 2) {
      const bytes = await collectExactly(body);
      const header: BodyHeader = { v: PROTOCOL_VERSION, kind: 'inline', length: body.lengthBytes };
      headers.append(HEADER.body, headerJson(header));
      headers.append(HEADER.result, asciiJson(result));
      this.#respond(bytes, headers);
    } else if (this.#accept.stream === true) {
      await this.#offerStream(result, headers, body);
    } else {
      await this.#replyInJson(result, headers, body);
    }
  }

  /** For hands and simple clients: the body in base64, as one more field of the result. */
  async #replyInJson(result: string, headers: MsgHdrs, body: OutgoingBody): Promise<void> {
    const encodedBytes = Math.ceil(body.lengthBytes / 3) * 4;
    const room = this.#roomBytes() - Buffer.byteLength(result);
    if (body.lengthBytes > INLINE_BODY_BYTES_MAX || encodedBytes > room) {
      await letGo(body);
      throw new S3Error(
        'InvalidRequest',
        `A body of ${body.lengthBytes} bytes does not fit a message: ask for a Range, or for a stream with the header ${HEADER.accept}.`,
      );
    }
    const bytes = await collectExactly(body);
    const document = { ...(JSON.parse(result) as object), Body: bytes.toString('base64') };
    this.#respond(JSON.stringify(document), headers);
  }

  /** A result beyond max_payload travels like a body, to callers that can take one. */
  async #replyLargeResult(result: Buffer, headers: MsgHdrs): Promise<void> {
    if (result.length > RESULT_BYTES_MAX || (!this.#callerIsHere() && this.#accept.stream !== true)) {
      throw new S3Error(
        'InvalidRequest',
        `A reply of ${result.length} bytes does not fit a message: ask for less.`,
      );
    }
    const body: OutgoingBody = { lengthBytes: result.length, bytes: once(result) };
    if (this.#callerIsHere()) await this.#offerLocally('', headers, body);
    else await this.#offerStream('', headers, body);
  }

  async #offerLocally(result: string, headers: MsgHdrs, body: OutgoingBody): Promise<void> {
    let token: string | undefined;
    try {
      token = this.#parts.localBodies?.replies.offer(body).token;
    } catch (error) {
      await letGo(body);
      throw error;
    }
    const header = { v: PROTOCOL_VERSION, kind: 'local', length: body.lengthBytes, token };
    headers.append(HEADER.body, headerJson(header));
    this.#respond(result, headers);
  }

  async #offerStream(result: string, headers: MsgHdrs, body: OutgoingBody): Promise<void> {
    let sender: ByteSender;
    let begun: () => void;
    let ticket: GrantedTicket | undefined;
    try {
      const link = await this.#parts.bulk.get();
      begun = await link.offers.acquire();
      sender = this.#senderOn(link, body, begun);
      const taker = sender;
      ticket = this.#ticketFor({ node: 'sends', take: (pipe, _reader, to) => taker.takePipe(pipe, to) });
      const { chunkBytes: chunk, windowChunks: window } = link.shape;
      const header: BodyHeader = {
        v: PROTOCOL_VERSION,
        kind: 'stream',
        length: body.lengthBytes,
        ack: sender.ack,
        chunk,
        window,
        ...(ticket === undefined ? {} : { quic: ticket.header }),
      };
      headers.append(HEADER.body, headerJson(header));
    } catch (error) {
      await letGo(body);
      throw error;
    }
    const sending = this.#sendBody(sender, begun).finally(() => ticket?.withdraw());
    supervise(sending, this.#parts.log, 'sending a body');
    this.#respond(result, headers);
  }

  /** A way past NATS, for a caller that can use one at a node that grants any. */
  #ticketFor(holder: TicketHolder): GrantedTicket | undefined {
    const { quic: guest } = this.#accept;
    return guest === undefined ? undefined : this.#parts.tickets?.grant(guest, holder);
  }

  #senderOn(link: BulkLink, body: OutgoingBody, withdraw: () => void): ByteSender {
    try {
      return new ByteSender(link, body, 'receiver');
    } catch (error) {
      withdraw();
      throw error;
    }
  }

  /** `begun` gives back the place among the offers. */
  async #sendBody(sender: ByteSender, begun: () => void): Promise<void> {
    try {
      await sender.run(begun);
    } catch (error) {
      this.#parts.log.debug('a body was not sent to its end', { requestId: this.#context.requestId, error });
      this.#abort(errorOf(error));
    } finally {
      begun();
    }
  }

  #replyError(error: unknown): string {
    const s3 = s3ErrorOf(error);
    this.#logError(s3, error);
    const headers = newHeaders();
    headers.append(HEADER.requestId, this.#context.requestId);
    headers.append(HEADER.status, String(s3.status));
    headers.append(HEADER.errorCode, String(s3.status));
    headers.append(HEADER.error, headerJson(`${s3.code}: ${s3.message}`).slice(1, -1));
    const { fields, headers: extra } = s3;
    if (Object.keys(fields).length > 0 || Object.keys(extra).length > 0) {
      headers.append(HEADER.errorDetail, headerJson({ fields, headers: extra }));
    }
    this.#respond(errorPayload(s3), headers);
    return s3.code;
  }

  #logError(s3: S3Error, error: unknown): void {
    const fields = { operation: this.#operation.description.name, requestId: this.#context.requestId, error };
    if (s3.code === 'InternalError') this.#parts.log.error('an operation failed', fields);
    else if (s3.status >= 500) this.#parts.log.warn('an operation could not be done', fields);
    else this.#parts.log.debug('an operation was refused', fields);
  }

  #respond(payload: Uint8Array | string, headers: MsgHdrs): void {
    this.#replied = true;
    if (this.#receiver !== undefined) this.#receiver.finish(payload, headers);
    else this.#parts.publish(this.#replyTo, payload, headers);
  }

  /** The caller shares our process and its registry of bodies. */
  #callerIsHere(): boolean {
    const here = this.#parts.localBodies?.id;
    return here !== undefined && here === this.#accept.local;
  }

  #roomBytes(): number {
    return this.#parts.maxPayloadBytes() - HEADER_ROOM_BYTES;
  }

  /** Made when a handler first looks at it: most never do. */
  #signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#abortReason !== undefined) this.#aborter.abort(this.#abortReason);
    return this.#aborter.signal;
  }

  #abort(reason: Error): void {
    this.#abortReason ??= reason;
    this.#aborter?.abort(reason);
  }
}

/** Where the reply goes; undefined when there is no such place, or it is none that a caller may name. */
export function replySubjectOf(msg: Msg): string | undefined {
  return isReplySubject(msg.reply) ? msg.reply : undefined;
}

function checkLength(declared: unknown, actual: number, kind: RequestBody['kind']): void {
  if (typeof declared !== 'number' || declared === actual) return;
  const hint = kind === 'none' ? `: send it inline, or ask for a stream with the header ${HEADER.send}` : '';
  throw new S3Error('IncompleteBody', `ContentLength is ${declared}, the body has ${actual} bytes${hint}.`);
}

async function collectExactly(body: OutgoingBody): Promise<Buffer> {
  const bytes = await collect(body.bytes, body.lengthBytes);
  if (bytes.length === body.lengthBytes) return bytes;
  throw new PredastoreError('internal', `a body of ${body.lengthBytes} bytes ended after ${bytes.length}`);
}

async function letGo(body: OutgoingBody): Promise<void> {
  await body.bytes[Symbol.asyncIterator]().return?.();
}
