// The receiving end of a body stream (byte-stream.ts has the protocol), read as an async iterable.
//
//   R1. Chunks are delivered in order, each once, and all of them, or the iteration throws.
//   R2. At most a window of chunks is held; a sender that overruns it is cut off.
//   R3. A chunk is acknowledged after the reader came back for what follows it: at the latest when a quarter of the window is
//       consumed, or nothing more is waiting.
//   R4. A reader that stops early (`return()`) stops the sender. A sender that is gone is noticed within seconds, one
//       that is silent while the reader waits within BODY_IDLE_TIMEOUT_MS.
//   R5. A pipe past NATS (byte-pipe.ts) is read as the reader reads, nothing is kept here. Until its first byte the body may still come
//       over NATS: a caller that was not admitted in time sends it there.

import type { Msg, MsgHdrs } from '@nats-io/transport-node';

import type { DigestClaim } from '../core/body.ts';
import { errorOf, PredastoreError } from '../core/errors.ts';
import { BODY_IDLE_TIMEOUT_MS, STREAM_PROGRESS_TIMEOUT_MS } from '../core/limits.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { Timer } from '../platform/clock.ts';
import type { BulkLink } from './bulk-link.ts';
import { END_RECORD_BYTES_MAX, PIPE_REASON_MS, type PipeReader } from './byte-pipe.ts';
import type { ChunkPiece } from './chunk-filter.ts';
import { PROBE_AFTER_MS, isNoResponders, type LinkedStream, type StreamShape } from './byte-stream.ts';
import { HEADER, errorPayload, parseObject, readClaims, readError, textOf } from './envelope.ts';

/** Acknowledging every chunk at once, as a fast reader would, costs both ends and the server a fifth of their work. */
const IDLE_ACK_MS = 2;
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
  readonly #queue: ChunkPiece[] = [];
  #waiting: WaitingReader | undefined;
  #failure: Error | undefined;
  #claims: readonly DigestClaim[] = [];

  #received = 0;
  #receivedBytes = 0;
  #consumed = 0;
  #acked = 0;
  /** What the reader has. */
  #lent: ChunkPiece | undefined;
  #ended = false;
  #ackTimer: Timer | undefined;
  /** Brings the bytes in place of chunks. */
  #pipe: PipeReader | undefined;
  #isReadingPipe = false;
  /** The reader wants no more. */
  #stopped = false;
  #closed = false;
  #quietSinceMs: number;
  readonly #openedMs: number;
  #probedMs = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#link = options.link;
    this.#ackEvery = Math.max(1, Math.floor(options.shape.windowChunks / 4));
    this.#openedMs = this.#link.clock.monotonicMs();
    this.#quietSinceMs = this.#openedMs;
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
    const piece = this.#queue.shift();
    if (piece !== undefined) return Promise.resolve(this.#lend(piece));
    if (this.#ended || this.#stopped) return Promise.resolve(DONE);
    this.#quietSinceMs = this.#link.clock.monotonicMs();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#readPipe();
    });
  }

  /** The bytes come through `pipe`, from its present place on. False when the body comes another way, or is not wanted any more. */
  takePipe(pipe: PipeReader): boolean {
    if (this.#isOver || this.#received > 0 || this.#pipe !== undefined) return false;
    this.#pipe = pipe;
    this.#readPipe();
    return true;
  }

  /**
   * The reader stops; a `next` that waits ends as at the end of the body. The sender of a request hears of it in the
   * last word, which says why.
   */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#queue.length = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(DONE);
    if (this.#options.ownerFinishes) this.#stopped = true;
    else if (this.#ended) this.#complete();
    else this.#fail(new PredastoreError('cancelled', 'the reader stopped'), 'tell');
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

  // --- A pipe past NATS ------------------------------------------------------------------------------------------

  /** A pipe answers its end as often as it is asked, at once: who went on asking would never let anything else run. */
  get #isOver(): boolean {
    return this.#closed || this.#stopped || this.#ended;
  }

  /** One portion for the reader who waits; after the last byte the end record, without being asked. */
  #readPipe(): void {
    const pipe = this.#pipe;
    if (pipe === undefined || this.#isReadingPipe || this.#isOver) return;
    const leftBytes = this.#options.lengthBytes - this.#receivedBytes;
    if (leftBytes > 0 && this.#waiting === undefined) return;
    this.#isReadingPipe = true;
    const read = leftBytes > 0 ? this.#readPortion(pipe, leftBytes) : this.#readPipeEnd(pipe);
    read.then(
      () => {
        this.#isReadingPipe = false;
        this.#readPipe();
      },
      (error: unknown) => {
        this.#isReadingPipe = false;
        this.#losePipe(pipe, error);
      },
    );
  }

  async #readPortion(pipe: PipeReader, leftBytes: number): Promise<void> {
    const bytes = await pipe.portion(leftBytes);
    if (this.#pipe !== pipe) return;
    if (bytes === null) throw this.#tooShort();
    this.#receivedBytes += bytes.length;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ done: false, value: bytes });
  }

  async #readPipeEnd(pipe: PipeReader): Promise<void> {
    const record = await pipe.all(END_RECORD_BYTES_MAX);
    if (this.#pipe === pipe) this.#takeEnd(textOf(record));
  }

  /** Without a byte from it the body may still come over NATS; else a reason may be under way there, which explains more. */
  #losePipe(pipe: PipeReader, error: unknown): void {
    if (this.#pipe !== pipe || this.#closed) return;
    if (this.#leavePipe()) return;
    this.#link.clock.after(PIPE_REASON_MS, () => {
      this.#fail(errorOf(error), 'tell');
    });
  }

  /** True when the body may come over NATS after all. */
  #leavePipe(): boolean {
    if (this.#receivedBytes > 0 || !this.#options.ownerFinishes) return false;
    this.#pipe?.abort(new PredastoreError('cancelled', 'the body comes over NATS'));
    this.#pipe = undefined;
    return true;
  }

  onMessage(msg: Msg, tail: string | undefined): void {
    if (tail !== undefined) return; // nobody has a reason to write below a data subject
    if (msg.headers === undefined) {
      const { subject, reply = '', data: bytes } = msg;
      this.onPiece({ subject, reply, sizeBytes: bytes.length, bytes, isFirst: true, isLast: true });
      return;
    }
    if (isNoResponders(msg)) {
      this.#fail(new PredastoreError('peer-unreachable', 'the sender of a body is gone'), 'quiet');
      return;
    }
    switch (msg.headers.get(HEADER.stream)) {
      case 'ping': {
        this.#acked = this.#consumed;
        this.#link.publish(`${this.#options.ack}.p`, String(this.#consumed));
        this.#hearOfLine();
        return;
      }
      case 'end': {
        this.#takeEnd(textOf(msg.data));
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

  /** A sender that pings before its first chunk waits for a place: that is no standstill, for a while. */
  #hearOfLine(): void {
    const nowMs = this.#link.clock.monotonicMs();
    if (this.#receivedBytes === 0 && nowMs - this.#openedMs < STREAM_PROGRESS_TIMEOUT_MS)
      this.#quietSinceMs = nowMs;
  }

  onPiece(piece: ChunkPiece): void {
    if (this.#failure !== undefined || this.#stopped) return;
    if (piece.isFirst && !this.#begin(piece)) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#queue.push(piece);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve(this.#lend(piece));
  }

  /** A chunk begins; what is wrong with it shows now. */
  #begin(piece: ChunkPiece): boolean {
    const problem = this.#problemOf(piece);
    if (problem !== undefined) {
      this.#fail(problem, 'tell');
      return false;
    }
    this.#received += 1;
    this.#receivedBytes += piece.sizeBytes;
    return true;
  }

  #problemOf({ reply, sizeBytes }: ChunkPiece): Error | undefined {
    const { shape, lengthBytes, ack } = this.#options;
    const expected = this.#received + 1;
    if (this.#ended) return protocolError('a chunk after the end');
    if (this.#pipe !== undefined && !this.#leavePipe()) return protocolError('a chunk beside the pipe');
    if (reply !== `${ack}.${expected}`) return lostChunk(expected);
    if (this.#received - this.#acked >= shape.windowChunks) return protocolError('the window is overrun');
    if (sizeBytes === 0 || sizeBytes > shape.chunkBytes) {
      return protocolError(`chunk ${expected} has ${sizeBytes} bytes, allowed are 1 to ${shape.chunkBytes}`);
    }
    if (this.#receivedBytes + sizeBytes > lengthBytes) {
      return new PredastoreError('body-too-long', `the body goes on past its declared ${lengthBytes} bytes`);
    }
    return undefined;
  }

  #takeEnd(text: string): void {
    if (this.#failure !== undefined || this.#ended || this.#stopped) return;
    const problem = this.#readEnd(text);
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

  #readEnd(text: string): Error | undefined {
    const record = parseObject(text);
    if (record?.['chunks'] !== this.#received || record['bytes'] !== this.#receivedBytes) {
      const counted = `${this.#received} chunks, ${this.#receivedBytes} bytes`;
      return protocolError(`the end record does not agree with what arrived (${counted})`);
    }
    if (this.#receivedBytes !== this.#options.lengthBytes) {
      return this.#tooShort();
    }
    try {
      this.#claims = readClaims(record['claims']);
      return undefined;
    } catch (error) {
      return s3ErrorOf(error);
    }
  }

  #tooShort(): PredastoreError {
    const message = `the body ended after ${this.#receivedBytes} of ${this.#options.lengthBytes} bytes`;
    return new PredastoreError('body-incomplete', message);
  }

  #lend(piece: ChunkPiece): IteratorResult<Uint8Array> {
    this.#lent = piece;
    if (this.#ended && this.#queue.length === 0) this.#complete();
    return { done: false, value: piece.bytes };
  }

  /** The reader came back: what it had is consumed. */
  #takeBack(): void {
    const isChunkConsumed = this.#lent?.isLast === true;
    this.#lent = undefined;
    if (!isChunkConsumed) return;
    this.#consumed += 1;
    if (this.#consumed - this.#acked >= this.#ackEvery) this.#acknowledge();
    else if (this.#queue.length === 0) this.#acknowledgeSoon();
  }

  /** A sender that waits for every chunk gets its answer; one that does not brings more meanwhile. */
  #acknowledgeSoon(): void {
    this.#ackTimer ??= this.#link.clock.after(IDLE_ACK_MS, () => {
      this.#ackTimer = undefined;
      if (this.#queue.length === 0) this.#acknowledge();
    });
  }

  #acknowledge(): void {
    if (this.#closed || this.#acked === this.#consumed) return;
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
    this.#ackTimer?.cancel();
    if (!this.#ended) this.#pipe?.abort(new PredastoreError('cancelled', 'the body is not wanted any more'));
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
