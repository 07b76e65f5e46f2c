// The receiving end of a body stream (byte-stream.ts has the protocol), read as an async iterable.
//
//   R1. Chunks are delivered in order, each once, and all of them, or the iteration throws.
//   R2. At most a window of chunks is held; a sender that overruns it is cut off.
//   R3. A chunk is acknowledged when the reader comes back for the next one.
//   R4. A reader that stops early (`return()`) stops the sender. A sender that is gone is noticed within seconds, one
//       that is silent while the reader waits within BODY_IDLE_TIMEOUT_MS.

import type { Msg, MsgHdrs } from '@nats-io/transport-node';

import type { DigestClaim } from '../core/body.ts';
import { PredastoreError } from '../core/errors.ts';
import { BODY_IDLE_TIMEOUT_MS } from '../core/limits.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { BulkLink } from './bulk-link.ts';
import { PROBE_AFTER_MS, isNoResponders, type LinkedStream, type StreamShape } from './byte-stream.ts';
import { HEADER, errorPayload, parseObject, readClaims, readError, textOf } from './envelope.ts';

const EMPTY = new Uint8Array(0);
const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined };

export interface ReceiverOptions {
  readonly link: BulkLink;
  /** Ack base of the sender. */
  readonly ack: string;
  readonly lengthBytes: number;
  readonly shape: StreamShape;
  /** The last word is `finish` of our owner (requests); otherwise the stream says it itself (replies). */
  readonly ownerFinishes: boolean;
  /** Called once, when nothing more will be received; with the reason when that is a failure. */
  readonly onClose: (failure: Error | undefined) => void;
}

interface WaitingReader {
  resolve(result: IteratorResult<Uint8Array>): void;
  reject(error: Error): void;
}

export class ByteReceiver implements LinkedStream, AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  /** Where the sender sends. */
  readonly subject: string;
  readonly #options: ReceiverOptions;
  readonly #link: BulkLink;
  /** A quarter of the window: the sender never runs dry, and acknowledgements stay few. */
  readonly #ackEvery: number;
  readonly #queue: Uint8Array[] = [];
  #waiting: WaitingReader | undefined;
  #failure: Error | undefined;
  #claims: readonly DigestClaim[] = [];

  #received = 0;
  #receivedBytes = 0;
  #consumed = 0;
  #acked = 0;
  /** A chunk is with the reader. */
  #lent = false;
  #ended = false;
  /** The reader wants no more. */
  #stopped = false;
  #closed = false;
  #quietSinceMs: number;
  #probedMs = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#link = options.link;
    this.#ackEvery = Math.max(1, Math.floor(options.shape.windowChunks / 4));
    this.#quietSinceMs = this.#link.clock.monotonicMs();
    this.subject = this.#link.add(this);
  }

  /** What the sender claimed of the body; complete when the iteration has ended. */
  get claims(): readonly DigestClaim[] {
    return this.#claims;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    this.#takeBack();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const chunk = this.#queue.shift();
    if (chunk !== undefined) return Promise.resolve(this.#lend(chunk));
    if (this.#ended || this.#stopped) return Promise.resolve(DONE);
    this.#quietSinceMs = this.#link.clock.monotonicMs();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The reader stops. The sender of a request hears of it in the last word, which says why. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#queue.length = 0;
    if (this.#options.ownerFinishes) {
      this.#stopped = true;
      this.#waiting?.resolve(DONE);
      this.#waiting = undefined;
    } else if (!this.#ended) this.#fail(new PredastoreError('cancelled', 'the reader stopped'), 'tell');
    else this.#complete();
    return Promise.resolve(DONE);
  }

  /** The owner's last word: ends the stream, however far it got. */
  finish(payload: Uint8Array | string, headers?: MsgHdrs): void {
    this.#link.publish(`${this.#options.ack}.f`, payload, headers === undefined ? {} : { headers });
    this.#close();
  }

  onLost(error: PredastoreError): void {
    this.#fail(error, 'quiet');
  }

  onMessage(msg: Msg, tail: string | undefined): void {
    if (tail !== undefined) return; // nobody has a reason to write below a data subject
    if (msg.headers === undefined) {
      this.#takeChunk(msg);
      return;
    }
    if (isNoResponders(msg)) {
      this.#fail(new PredastoreError('peer-unreachable', 'the sender of a body is gone'), 'quiet');
      return;
    }
    switch (msg.headers.get(HEADER.stream)) {
      case 'ping':
        this.#acked = this.#consumed;
        {
          this.#link.publish(`${this.#options.ack}.p`, String(this.#consumed));
          return;
        }
      case 'end': {
        this.#takeEnd(msg);
        return;
      }
      case 'abort': {
        this.#fail(readError(textOf(msg.data)), 'quiet');
        return;
      }
      default: {
        this.#fail(protocolError('a message with headers is ping, end or abort'), 'tell');
        return;
      }
    }
  }

  onTick(nowMs: number): void {
    if (this.#waiting === undefined || this.#failure !== undefined) return;
    const quietMs = nowMs - this.#quietSinceMs;
    if (quietMs >= BODY_IDLE_TIMEOUT_MS) {
      const message = `no byte of the body for ${Math.round(quietMs)} ms`;
      this.#fail(new PredastoreError('body-stalled', message), 'tell');
    } else if (quietMs >= PROBE_AFTER_MS && nowMs - this.#probedMs >= PROBE_AFTER_MS) {
      this.#probedMs = nowMs;
      this.#link.publish(`${this.#options.ack}.q`, EMPTY, { reply: this.subject });
    }
  }

  #takeChunk(msg: Msg): void {
    if (this.#failure !== undefined || this.#stopped) return;
    const problem = this.#problemOf(msg);
    if (problem !== undefined) {
      this.#fail(problem, 'tell');
      return;
    }
    this.#received += 1;
    this.#receivedBytes += msg.data.length;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#queue.push(msg.data);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve(this.#lend(msg.data));
  }

  #problemOf(msg: Msg): Error | undefined {
    const { shape, lengthBytes, ack } = this.#options;
    const expected = this.#received + 1;
    if (this.#ended) return protocolError('a chunk after the end');
    if (msg.reply !== `${ack}.${expected}`) return lostChunk(expected);
    if (this.#received - this.#acked >= shape.windowChunks) return protocolError('the window is overrun');
    if (msg.data.length === 0 || msg.data.length > shape.chunkBytes) {
      return protocolError(
        `chunk ${expected} has ${msg.data.length} bytes, allowed are 1 to ${shape.chunkBytes}`,
      );
    }
    if (this.#receivedBytes + msg.data.length > lengthBytes) {
      return new PredastoreError('body-too-long', `the body goes on past its declared ${lengthBytes} bytes`);
    }
    return undefined;
  }

  #takeEnd(msg: Msg): void {
    if (this.#failure !== undefined || this.#ended || this.#stopped) return;
    const problem = this.#readEnd(msg);
    if (problem !== undefined) {
      this.#fail(problem, 'tell');
      return;
    }
    this.#ended = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(DONE);
    if (this.#queue.length === 0) this.#complete();
  }

  #readEnd(msg: Msg): Error | undefined {
    const record = parseObject(textOf(msg.data));
    if (record?.['chunks'] !== this.#received || record['bytes'] !== this.#receivedBytes) {
      const counted = `${this.#received} chunks, ${this.#receivedBytes} bytes`;
      return protocolError(`the end record does not agree with what arrived (${counted})`);
    }
    if (this.#receivedBytes !== this.#options.lengthBytes) {
      const message = `the body ended after ${this.#receivedBytes} of ${this.#options.lengthBytes} bytes`;
      return new PredastoreError('body-incomplete', message);
    }
    try {
      this.#claims = readClaims(record['claims']);
      return undefined;
    } catch (error) {
      return s3ErrorOf(error);
    }
  }

  #lend(chunk: Uint8Array): IteratorResult<Uint8Array> {
    this.#lent = true;
    if (this.#ended && this.#queue.length === 0) this.#complete();
    return { done: false, value: chunk };
  }

  /** The reader came back: the chunk it had is consumed. */
  #takeBack(): void {
    if (!this.#lent) return;
    this.#lent = false;
    this.#consumed += 1;
    const isDue = this.#queue.length === 0 || this.#consumed - this.#acked >= this.#ackEvery;
    if (!isDue || this.#closed) return;
    this.#acked = this.#consumed;
    this.#link.publish(`${this.#options.ack}.${this.#consumed}`, EMPTY);
  }

  /** Every byte has been handed to the reader. */
  #complete(): void {
    if (!this.#options.ownerFinishes && !this.#closed) this.finish(EMPTY);
  }

  #fail(error: Error, how: 'tell' | 'quiet'): void {
    if (this.#failure !== undefined || this.#closed) return;
    this.#failure = error;
    this.#queue.length = 0;
    if (how === 'tell') this.#link.publish(`${this.#options.ack}.x`, errorPayload(s3ErrorOf(error)));
    this.#close();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#link.remove(this.subject);
    this.#options.onClose(this.#failure);
  }
}

function protocolError(message: string): S3Error {
  return new S3Error('InvalidRequest', `Body stream: ${message}.`);
}

function lostChunk(expected: number): S3Error {
  const message = `Body stream: chunk ${expected} was lost or repeated. Please try again.`;
  return new S3Error('ServiceUnavailable', message, { headers: { 'Retry-After': '1' } });
}
