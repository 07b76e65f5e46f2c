// The sending end of a body stream (byte-stream.ts has the protocol).
//
//   S1. Never more than the agreed window is unacknowledged; the source is read no faster than that.
//   S2. The source is let go (`return()`) however the stream ends.
//   S3. A receiver that is gone, silent or stuck ends the stream within a bound; a slow source is the receiver's matter,
//       but what a slow source has given is sent on within a second.
//   S4. A pipe past NATS (byte-pipe.ts) is taken before the first byte or not at all; then it bounds what is unread, and chunks and
//       their acknowledgements fall away. Everything else goes over NATS as ever.

import type { Msg } from '@nats-io/transport-node';

import type { DigestClaim } from '../core/body.ts';
import { errorOf, PredastoreError } from '../core/errors.ts';
import { STREAM_PROGRESS_TIMEOUT_MS, STREAM_SILENCE_TIMEOUT_MS } from '../core/limits.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { settled } from '../platform/supervise.ts';
import type { BulkLink } from './bulk-link.ts';
import { PIPE_REASON_MS, type BytePipe } from './byte-pipe.ts';
import {
  GONE_GRACE_MS,
  PROBE_AFTER_MS,
  agreeShape,
  isNoResponders,
  isReplySubject,
  type EndRecord,
  type LinkedStream,
  type StreamShape,
} from './byte-stream.ts';
import {
  HEADER,
  errorPayload,
  parseObject,
  readError,
  singleHeader,
  textOf,
  wireClaims,
} from './envelope.ts';

const EMPTY = new Uint8Array(0);

export interface OutgoingStream {
  readonly lengthBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Read after the last byte. */
  readonly claims?: () => readonly DigestClaim[];
}

export class ByteSender implements LinkedStream {
  /** Base of the subjects on which the receiver answers. */
  readonly ack: string;
  readonly #link: BulkLink;
  readonly #body: OutgoingStream;
  readonly #starter: 'receiver' | 'owner';
  #shape: StreamShape;
  /** Data subject of the receiver, once known. */
  #to: string | undefined;
  #lastWord: Msg | undefined;
  #failure: Error | undefined;
  /** The receiver explained itself or ended the stream: it needs no abort from us. */
  #receiverKnows = false;
  #gone = false;

  #sent = 0;
  #acked = 0;
  #bytesSent = 0;
  /**
   * One buffer per place in the window; a buffer is filled again only when its chunk was acknowledged. Every byte is copied
   * into one: a source may use its own memory again as soon as it is asked for more.
   */
  readonly #buffers: Buffer[] = [];
  #partialBytes = 0;
  /** Takes the bytes in place of chunks. */
  #pipe: BytePipe | undefined;
  #isPipeEnded = false;

  #readingSource = false;
  #wake: (() => void) | undefined;
  #interrupt: ((reason: Error) => void) | undefined;
  #heardMs: number;
  #progressMs: number;

  /** `starter` says whose word begins the stream: the receiver's, for which we wait a while, or our owner's. */
  constructor(link: BulkLink, body: OutgoingStream, starter: 'receiver' | 'owner') {
    this.#link = link;
    this.#body = body;
    this.#starter = starter;
    this.#shape = link.shape;
    this.#heardMs = link.clock.monotonicMs();
    this.#progressMs = this.#heardMs;
    this.ack = link.add(this);
  }

  /** Begins at once, towards a receiver that granted the stream. */
  start(to: string, shape: { chunk: unknown; window: unknown }): void {
    if (!isReplySubject(to)) throw new PredastoreError('peer-protocol', 'that is no subject to send to');
    this.#shape = agreeShape(this.#shape, shape.chunk, shape.window);
    this.#to = to;
    this.#heard();
    this.#wake?.();
  }

  /**
   * The bytes go into `pipe`; everything else to `to`, as ever. False when the body is on its way already, or over. To be called before
   * `start`, and in its place.
   */
  takePipe(pipe: BytePipe, to: string | undefined): boolean {
    const isFree = this.#to === undefined && this.#failure === undefined && this.#lastWord === undefined;
    if (!isFree || to === undefined) return false;
    this.#pipe = pipe;
    this.#to = to;
    this.#heard();
    this.#wake?.();
    return true;
  }

  /**
   * Sends the body (after the receiver's start); resolves with the receiver's last word. `begun` is called when it has its place
   * on the connection, if it gets that far.
   */
  async run(begun: () => void = () => undefined): Promise<Msg> {
    const iterator = this.#body.bytes[Symbol.asyncIterator]();
    try {
      await this.#until(() => this.#to !== undefined);
      const release = await this.#link.sending.acquire();
      begun();
      try {
        this.#heard();
        await this.#sendAll(iterator);
        return await this.#end();
      } finally {
        release();
      }
    } catch (error) {
      settled(
        Promise.resolve(iterator.return?.()),
        'the source is told to stop; the stream has ended already',
      );
      this.#leavePipe(error);
      if (error instanceof EarlyLastWord) return error.msg;
      this.#tellReceiver(error);
      throw error;
    } finally {
      this.#link.remove(this.ack);
    }
  }

  /** In place of `run`: nobody wants the body; its source is let go. */
  async discard(): Promise<void> {
    this.#link.remove(this.ack);
    await this.#body.bytes[Symbol.asyncIterator]().return?.();
  }

  /** Gives the stream up; `run` rejects with `error`, the receiver is told. */
  abort(error: Error): void {
    this.#fail(error);
  }

  onLost(error: PredastoreError): void {
    this.#fail(error);
  }

  onPiece(): void {
    // Nobody has a reason to send us bytes.
  }

  onMessage(msg: Msg, tail: string | undefined): void {
    if (isNoResponders(msg)) {
      this.#receiverGone();
      return;
    }
    this.#heardMs = this.#link.clock.monotonicMs();
    switch (tail) {
      case 'x':
        this.#receiverKnows = true;
        {
          this.#fail(readError(textOf(msg.data)));
          return;
        }
      case 'f':
        this.#receiverKnows = true;
        this.#lastWord ??= msg;
        this.#interruptSource();
        return this.#wake?.();
      case 'p': {
        this.#acknowledge(Number(textOf(msg.data)));
        return;
      }
      case '0': {
        this.#startAsked(msg);
        return;
      }
      case 'q': // being here is the answer
      case undefined:
        return;
      default: {
        this.#acknowledge(Number(tail));
        return;
      }
    }
  }

  onTick(nowMs: number): void {
    if (this.#failure !== undefined || this.#lastWord !== undefined) return;
    // A request that waits in the node's line is the owner's to give up: he hears that the node is alive.
    if (this.#to === undefined && this.#starter === 'owner') return;
    if (this.#readingSource) {
      if (this.#partialBytes > 0) this.#flushPartial();
      return;
    }
    const silentMs = nowMs - this.#heardMs;
    if (silentMs >= STREAM_SILENCE_TIMEOUT_MS) {
      this.#fail(new PredastoreError('peer-stalled', `receiver silent for ${Math.round(silentMs)} ms`));
    } else if (nowMs - this.#progressMs >= STREAM_PROGRESS_TIMEOUT_MS) {
      this.#fail(new PredastoreError('peer-stalled', 'receiver takes nothing'));
    } else if (silentMs >= PROBE_AFTER_MS / 2 && this.#to !== undefined) {
      this.#control('ping', EMPTY, 'p');
    }
  }

  async #sendAll(iterator: AsyncIterator<Uint8Array>): Promise<void> {
    for (;;) {
      const step = await this.#readSource(iterator);
      if (step.done === true) break;
      await (this.#pipe === undefined ? this.#append(step.value) : this.#pour(this.#pipe, step.value));
      if (this.#bytesSent + this.#partialBytes > this.#body.lengthBytes) {
        throw new PredastoreError('body-too-long', `body goes on past ${this.#body.lengthBytes} bytes`);
      }
    }
    if (this.#partialBytes > 0) this.#flushPartial();
    if (this.#bytesSent !== this.#body.lengthBytes) {
      const message = `body ended after ${this.#bytesSent} of ${this.#body.lengthBytes} bytes`;
      throw new PredastoreError('body-incomplete', message);
    }
  }

  /** One step of the source; a failure of the stream interrupts the wait. */
  async #readSource(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    this.#throwIfOver();
    this.#readingSource = true;
    try {
      return await new Promise((resolve, reject) => {
        this.#interrupt = reject;
        iterator.next().then(resolve, reject);
      });
    } finally {
      this.#readingSource = false;
      this.#interrupt = undefined;
      this.#heard();
    }
  }

  /** Into the pipe, which copies them. Over-long bodies show before a byte too many was sent. */
  async #pour(pipe: BytePipe, piece: Uint8Array): Promise<void> {
    this.#bytesSent += piece.length;
    if (this.#bytesSent > this.#body.lengthBytes) return;
    await this.#orReason(pipe.write(piece));
    this.#throwIfOver();
    this.#progressMs = this.#link.clock.monotonicMs();
  }

  /** A receiver that breaks the pipe has its reasons, and says them over NATS. */
  async #orReason(writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      let isLate = false;
      const timer = this.#link.clock.after(PIPE_REASON_MS, () => {
        isLate = true;
        this.#wake?.();
      });
      try {
        await this.#until(() => isLate);
      } finally {
        timer.cancel();
      }
      throw error;
    }
  }

  async #append(piece: Uint8Array): Promise<void> {
    const { chunkBytes } = this.#shape;
    let rest = piece;
    while (rest.length > 0) {
      if (this.#partialBytes === 0 && !this.#hasCredit()) await this.#until(() => this.#hasCredit());
      const taken = rest.subarray(0, chunkBytes - this.#partialBytes);
      this.#fillBuffer().set(taken, this.#partialBytes);
      this.#partialBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#partialBytes === chunkBytes) this.#flushPartial();
    }
  }

  /** The buffer of the next chunk. There is credit, so the chunk that had it a window ago is acknowledged. */
  #fillBuffer(): Buffer {
    const place = this.#sent % this.#shape.windowChunks;
    const buffer = this.#buffers[place] ?? Buffer.allocUnsafeSlow(this.#shape.chunkBytes);
    this.#buffers[place] = buffer;
    return buffer;
  }

  #flushPartial(): void {
    const chunk = this.#fillBuffer().subarray(0, this.#partialBytes);
    this.#partialBytes = 0;
    this.#publishChunk(chunk);
  }

  #publishChunk(chunk: Uint8Array): void {
    if (this.#to === undefined) return;
    this.#sent += 1;
    this.#bytesSent += chunk.length;
    this.#link.sendChunk(this.#to, `${this.ack}.${this.#sent}`, chunk);
  }

  async #end(): Promise<Msg> {
    const claims = this.#body.claims?.() ?? [];
    const record: EndRecord = {
      chunks: this.#sent,
      bytes: this.#bytesSent,
      ...(claims.length === 0 ? {} : { claims: wireClaims(claims) }),
    };
    if (this.#pipe === undefined) this.#control('end', JSON.stringify(record), 'f');
    else {
      await this.#orReason(this.#pipe.end(Buffer.from(JSON.stringify(record))));
      this.#isPipeEnded = true;
    }
    await this.#until(() => this.#lastWord !== undefined);
    if (this.#lastWord === undefined) throw new PredastoreError('internal', 'no last word');
    return this.#lastWord;
  }

  #control(kind: 'ping' | 'end' | 'abort', payload: Uint8Array | string, tail: string | undefined): void {
    if (this.#to === undefined) return;
    const reply = tail === undefined ? {} : { reply: `${this.ack}.${tail}` };
    this.#link.publish(this.#to, payload, { headers: singleHeader(HEADER.stream, kind), ...reply });
  }

  #startAsked(msg: Msg): void {
    if (this.#to !== undefined || !isReplySubject(msg.reply)) return;
    const wishes = msg.data.length === 0 ? undefined : parseObject(textOf(msg.data));
    this.start(msg.reply, { chunk: wishes?.['chunk'], window: wishes?.['window'] });
  }

  #hasCredit(): boolean {
    return this.#sent - this.#acked < this.#shape.windowChunks;
  }

  #acknowledge(chunk: number): void {
    if (!Number.isInteger(chunk) || chunk > this.#sent) {
      this.#fail(new PredastoreError('peer-protocol', 'receiver acknowledged what was never sent'));
      return;
    }
    if (chunk <= this.#acked) return;
    this.#acked = chunk;
    this.#progressMs = this.#heardMs;
    this.#wake?.();
  }

  /** A wait begins: bounds count from here. */
  #heard(): void {
    this.#heardMs = this.#link.clock.monotonicMs();
    this.#progressMs = this.#heardMs;
  }

  async #until(isTrue: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure === undefined && isTrue()) return;
      this.#throwIfOver();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The receiver may have its last word before the end, when it refuses what was sent: then nothing more is read. */
  #throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#lastWord !== undefined) throw new EarlyLastWord(this.#lastWord);
  }

  #interruptSource(): void {
    if (this.#lastWord === undefined) return;
    const early = new EarlyLastWord(this.#lastWord);
    this.#interrupt?.(early);
    this.#leavePipe(early);
  }

  /** What is being written or will be rejects with `reason`. */
  #leavePipe(reason: unknown): void {
    if (this.#isPipeEnded) return;
    this.#pipe?.abort(errorOf(reason));
  }

  #receiverGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#link.clock.after(GONE_GRACE_MS, () =>
      this.#fail(new PredastoreError('peer-unreachable', 'the receiver of a body is gone')),
    );
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined || this.#lastWord !== undefined) return;
    this.#failure = error;
    this.#interrupt?.(error);
    this.#leavePipe(error);
    this.#wake?.();
  }

  #tellReceiver(error: unknown): void {
    if (this.#receiverKnows) return;
    this.#control('abort', errorPayload(s3ErrorOf(error)), undefined);
  }
}

/** Not a failure of the stream: the receiver answered before it had the whole body. */
class EarlyLastWord extends Error {
  override readonly name = 'EarlyLastWord';
  readonly msg: Msg;

  constructor(msg: Msg) {
    super('the receiver answered before the end of the body');
    this.msg = msg;
  }
}
