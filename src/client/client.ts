// Calls to `s3.*`, as the gateway, the command line and other programs make them.
//
// Owns: the choice of the way a body takes, and what the caller sees of failures. Refuses: meaning of operations.
//   T1. Every failure is an S3Error. A node that is not there is ServiceUnavailable with Retry-After, at once.
//   T2. Nothing is tried again: after a failure without an answer the outcome of a write is unknown, and only the caller
//       knows whether repeating it is harmless.
//   T3. A body given to `call` is read to its end or let go; a body returned must be read or returned (`break` does).
//   T4. Ways, cheapest first: handed over inside the process, inside the message, as a stream with a credit window; past NATS over QUIC
//       only for a client that was opened for it, with a node that grants it.

import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import { CALL_ALIVE_INTERVAL_MS, CALL_SILENCE_TIMEOUT_MS } from '../core/limits.ts';
import { LazyBulkLink } from '../bus/bulk-link.ts';
import type { Bus } from '../bus/connection.ts';
import { HEADER, PROTOCOL_VERSION, contextHeaders, headerJson, type AcceptHeader } from '../bus/envelope.ts';
import type { DirectCalls } from '../bus/direct-call.ts';
import type { LocalBodies } from '../bus/local-bodies.ts';
import type { OriginSeal } from '../bus/origin-seal.ts';
import { ReplyInbox } from '../bus/reply-inbox.ts';
import { operations, subjectAtNode, type OperationName } from '../contracts/operations.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import type { CallOptions, CallReply, ClientParts } from './call.ts';
import { PendingExchange, type ExchangeOptions } from './pending-exchange.ts';
import type { QuicWay } from './quic-way.ts';
import { readReply } from './reply.ts';
import { sendRequest } from './request-body.ts';
import { RequestSigner, type SigningOptions } from './request-signer.ts';

export interface ClientOptions {
  readonly bus: Bus;
  /** The registry shared with the operation server of this process; needs `node`. */
  readonly localBodies?: LocalBodies;
  /** Ask this node instead of any: the one of this process. */
  readonly node?: NodeId;
  /** The operations of this very process: called without a message while they are served. */
  readonly direct?: DirectCalls;
  /** Vouches for the origin of requests: only processes of the cluster have one. */
  readonly seal?: OriginSeal;
  /** Takes bodies past NATS where a node grants it; stays its owner's to close. */
  readonly quic?: QuicWay;
  /** Signs every request: for stores that believe nothing else. */
  readonly signing?: SigningOptions;
  /** How long to wait for an answer or a sign of life. */
  readonly silenceTimeoutMs?: number;
}

export class Client {
  readonly #parts: ClientParts;
  readonly #node: NodeId | undefined;
  readonly #direct: DirectCalls | undefined;
  readonly #seal: OriginSeal | undefined;
  readonly #signer: RequestSigner | undefined;
  readonly #accept: string;
  readonly #subjects = new Map<OperationName, string>();

  constructor(options: ClientOptions) {
    const { bus, node } = options;
    const localBodies = node === undefined ? undefined : options.localBodies;
    const silenceTimeoutMs = options.silenceTimeoutMs ?? CALL_SILENCE_TIMEOUT_MS;
    this.#node = node;
    this.#direct = options.direct;
    this.#seal = options.seal;
    this.#signer = options.signing === undefined ? undefined : new RequestSigner(options.signing, bus.clock);
    this.#parts = {
      bus,
      inbox: new ReplyInbox(bus.control, bus.clock, bus.random, silenceTimeoutMs),
      bulk: new LazyBulkLink(bus, bus.control.inboxPrefix),
      localBodies,
      quic: options.quic,
    };
    const accept: AcceptHeader = {
      v: PROTOCOL_VERSION,
      stream: true,
      alive: Math.min(CALL_ALIVE_INTERVAL_MS, Math.ceil(silenceTimeoutMs / 4)),
      ...(localBodies === undefined ? {} : { local: localBodies.id }),
      ...(options.quic === undefined ? {} : { quic: options.quic.self }),
    };
    this.#accept = headerJson(accept);
  }

  /** Whether requests say whose they are by their signature. */
  get signs(): boolean {
    return this.#signer !== undefined;
  }

  /** Calls an operation and resolves with its result; rejects with an S3Error. */
  async call<Result = Readonly<Record<string, unknown>>>(
    operation: OperationName,
    parameters: object,
    options: CallOptions,
  ): Promise<CallReply<Result>> {
    try {
      return (await this.#call(operation, parameters, options)) as CallReply<Result>;
    } catch (error) {
      throw s3ErrorOf(error);
    }
  }

  /** Fails what is under way. The bus stays open: it belongs to somebody else. */
  close(): void {
    this.#parts.inbox.close();
    this.#parts.bulk.opened?.abortAll(new PredastoreError('store-closed', 'the client is closed'));
  }

  async #call(operation: OperationName, parameters: object, options: CallOptions): Promise<CallReply> {
    const direct = this.#direct?.direct(operation, parameters, options);
    if (direct !== undefined) return direct;
    const { context, body, signal } = options;
    const headers = contextHeaders(context);
    headers.append(HEADER.accept, this.#accept);
    if (this.#seal !== undefined && context.origin !== undefined) {
      headers.append(HEADER.origin, this.#seal.seal(operation, context, context.origin));
    }
    const sign = this.#signerFor(operation);
    const exchange = new PendingExchange(this.#parts.inbox, this.#subjectOf(operation), headers, {
      signal,
      sign,
    });
    try {
      const answer = await sendRequest(this.#parts, exchange, parameters, body);
      return await readReply(this.#parts, answer);
    } finally {
      exchange.end();
    }
  }

  #signerFor(operation: OperationName): ExchangeOptions['sign'] {
    const signer = this.#signer;
    if (signer === undefined) return undefined;
    const { subject } = operations[operation];
    return (payload, headers) => signer.sign(subject, payload, headers);
  }

  #subjectOf(operation: OperationName): string {
    const known = this.#subjects.get(operation);
    if (known !== undefined) return known;
    const description = operations[operation];
    const subject = this.#node === undefined ? description.subject : subjectAtNode(description, this.#node);
    this.#subjects.set(operation, subject);
    return subject;
  }
}

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}
