// A request that was sent, until its answer: turns messages of the inbox into promises.
//
//   P1. Signs of life are swallowed here, "nobody listens" becomes ServiceUnavailable, giving up becomes `cancelled`.

import { PredastoreError } from '../core/errors.ts';
import { isNoResponders } from '../bus/byte-stream.ts';
import { HEADER } from '../bus/envelope.ts';
import type { BusHeaders, BusMessage, ReplyInbox, ReplyListener } from '../bus/reply-inbox.ts';
import { S3Error } from '../contracts/s3-errors.ts';

/** Adds the headers of a signature over payload and headers. */
type Sign = (payload: Uint8Array | string, headers: BusHeaders) => Promise<void>;

export interface ExchangeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called when the message is complete but for this. */
  readonly sign?: Sign | undefined;
}

export class PendingExchange implements ReplyListener {
  readonly headers: BusHeaders;
  readonly #inbox: ReplyInbox;
  readonly #subject: string;
  readonly #signal: AbortSignal | undefined;
  readonly #sign: Sign | undefined;
  readonly #onAbort: (() => void) | undefined;
  #id: string | undefined;
  #answer: { resolve(msg: BusMessage): void; reject(error: Error): void } | undefined;
  #abandon: ((error: Error) => void) | undefined;

  constructor(inbox: ReplyInbox, subject: string, headers: BusHeaders, options: ExchangeOptions) {
    const { signal, sign } = options;
    this.#inbox = inbox;
    this.#subject = subject;
    this.headers = headers;
    this.#signal = signal;
    this.#sign = sign;
    if (signal === undefined) return;
    this.#onAbort = () => this.onFailure(gaveUp());
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Sends the request; resolves with the first message that is an answer. */
  async send(payload: Uint8Array | string): Promise<BusMessage> {
    if (this.#sign !== undefined) await this.#sign(payload, this.headers);
    return this.#send(payload);
  }

  #send(payload: Uint8Array | string): Promise<BusMessage> {
    if (this.#signal?.aborted === true) return Promise.reject(gaveUp());
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
      this.#id = this.#inbox.send(this.#subject, payload, this.headers, this);
    });
  }

  /** `abandon` is called, once at most, when the caller gives up after the first answer. */
  onAbandon(abandon: (error: Error) => void): void {
    this.#abandon = abandon;
    if (this.#signal?.aborted === true) abandon(gaveUp());
  }

  onMessage(msg: BusMessage): void {
    if (isNoResponders(msg)) {
      const detail = { headers: { 'Retry-After': '1' } };
      this.onFailure(new S3Error('ServiceUnavailable', 'No node answers this operation now.', detail));
      return;
    }
    if (msg.data.length === 0 && msg.headers?.has(HEADER.alive) === true) return;
    const answer = this.#answer;
    this.#answer = undefined;
    this.#forget();
    answer?.resolve(msg);
  }

  onFailure(error: Error): void {
    this.#forget();
    this.#answer?.reject(error);
    this.#answer = undefined;
    this.#abandon?.(error);
    this.#abandon = undefined;
  }

  /** Nothing more is expected. */
  end(): void {
    this.#forget();
    this.#abandon = undefined;
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #forget(): void {
    if (this.#id === undefined) return;
    this.#inbox.forget(this.#id);
    this.#id = undefined;
  }
}

function gaveUp(): PredastoreError {
  return new PredastoreError('cancelled', 'the caller gave up');
}
