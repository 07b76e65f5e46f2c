// A lane: one raw pipe that carries framed streams one after the other.
//
// A QUIC stream or TLS socket is kept after its stream ended in good order and carries the next one, because opening
// costs more than a small request does. Streams on a lane are numbered; an ABORT names the number, so that one
// that crosses the end of its stream on the wire cannot hit the next.
// Owns: credit of both directions, the order of frames, the life of the pipe. Refuses: who may connect (adapters).
// Invariants:
//   L1. At most one stream at a time; the next begins only when both directions of the last have ended.
//   L2. `#credit` (what we may send) and `#allowance` (what they may send) never exceed TRANSPORT_CREDIT_BYTES; they
//       belong to the lane and run on across its streams.
//   L3. A peer that breaks the protocol loses the lane: ABORT, then the end of the pipe.

import { assert } from '../core/assert.ts';
import { isPredastoreError, PredastoreError, wrapError } from '../core/errors.ts';
import {
  TRANSPORT_ABORT_LINGER_MS,
  TRANSPORT_CREDIT_BYTES,
  TRANSPORT_FRAME_BYTES_MAX,
} from '../core/limits.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { BatchBuffers } from './batch-buffers.ts';
import { FrameParser, type FrameHandler } from './frame-parser.ts';
import { FrameWriter } from './frame-writer.ts';
import * as frame from './frame.ts';
import { FramedStream, type StreamCarrier } from './framed-stream.ts';
import type { RawPipe, RawSink } from './raw-pipe.ts';

/** Consumed bytes are given back as credit in portions of this size. */
const GRANT_BYTES = TRANSPORT_CREDIT_BYTES / 4;

/** Why a lane is gone: `pipe` died or was closed by the other end, `retired` by us, `violation` of the protocol. */
export type LaneEnding = 'pipe' | 'retired' | 'violation';

export interface LaneEvents {
  /** A stream of the other end begins (acceptor only). */
  stream(stream: FramedStream): void;
  /** The other end has greeted us. */
  welcomed(): void;
  /** The last stream is over; `open` may be called. */
  idle(lane: Lane): void;
  /** Called once; the lane is of no use any more. */
  gone(lane: Lane, error: Error, ending: LaneEnding): void;
}

export interface LaneOptions {
  readonly role: 'dialer' | 'acceptor';
  readonly clock: Clock;
  readonly buffers: BatchBuffers;
  readonly events: LaneEvents;
}

export class Lane implements RawSink, FrameHandler, StreamCarrier {
  readonly #pipe: RawPipe;
  readonly #role: LaneOptions['role'];
  readonly #clock: Clock;
  readonly #events: LaneEvents;
  readonly #writer: FrameWriter;
  readonly #parser = new FrameParser(this);
  #state: 'open' | 'closing' | 'gone' = 'open';
  #linger: Timer | undefined;

  #credit = TRANSPORT_CREDIT_BYTES;
  #allowance = TRANSPORT_CREDIT_BYTES;
  #consumed = 0;

  #stream: FramedStream | undefined;
  /** Number of the current (or last) stream; counted from the first frame of each, so both ends agree. */
  #ordinal = 0;
  /** Whether the current stream has been mentioned on the wire. */
  #announced = false;
  #sending = false;
  #receiving = false;

  constructor(pipe: RawPipe, options: LaneOptions) {
    this.#pipe = pipe;
    this.#role = options.role;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#writer = new FrameWriter(pipe, options.buffers, {
      room: () => this.#stream?.resume(),
      failed: (error) => this.failed(error),
    });
  }

  /** Begins to receive; a dialer greets. */
  start(): void {
    if (this.#role === 'dialer') this.#control(Buffer.from(frame.PREFACE, 'latin1'));
    this.#pipe.start(this);
  }

  /** The next stream (dialer only); the lane must be idle. */
  open(): FramedStream {
    assert(this.#stream === undefined && this.#state === 'open', 'an idle lane carries the next stream');
    return this.#begin();
  }

  /** Gives an idle lane back in good order. */
  retire(): void {
    this.#close(new PredastoreError('peer-unreachable', 'the lane was closed'), 'retired');
  }

  /** Fails the stream, if any, and lets go of the pipe at once. */
  destroy(error: Error, ending: LaneEnding = 'retired'): void {
    if (this.#state === 'gone') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'gone';
    this.#linger?.cancel();
    this.#writer.stop();
    this.#pipe.destroy();
    this.#dropStream(error);
    if (wasOpen) this.#events.gone(this, error, ending);
  }

  // --- StreamCarrier: what the current stream asks for -----------------------------------------------------------

  accept(bytes: Uint8Array, fin: boolean): number {
    if (!this.#sending || this.#state !== 'open') return 0;
    const taken = Math.min(bytes.length, this.#credit, this.#writer.roomBytes, TRANSPORT_FRAME_BYTES_MAX);
    const last = fin && taken === bytes.length;
    if (taken === 0 && !last) return 0;
    this.#announce();
    this.#credit -= taken;
    if (taken === 0) this.#control(frame.controlFrame(frame.FIN, 0));
    else this.#writer.data(taken === bytes.length ? bytes : bytes.subarray(0, taken), last);
    if (last) {
      this.#sending = false;
      this.#overWhenBothEnded();
    }
    return taken;
  }

  consumed(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < GRANT_BYTES || this.#state !== 'open') return;
    this.#allowance += this.#consumed;
    this.#control(frame.controlFrame(frame.WINDOW, this.#consumed));
    this.#consumed = 0;
  }

  abort(reason: Error): void {
    if (this.#state !== 'open') return;
    if (this.#announced) {
      this.#control(frame.abortFrame(this.#ordinal, reason));
    } else {
      // Nothing was said, so nothing need be taken back.
      this.#receiving = false;
    }
    this.#sending = false;
    this.#overWhenBothEnded();
    if (this.#receiving) this.#lingerFor('the other end did not acknowledge an abort');
  }

  // --- FrameHandler: what the other end says ---------------------------------------------------------------------

  preface(): void {
    if (this.#role === 'acceptor') this.#control(Buffer.from(frame.PREFACE, 'latin1'));
    this.#events.welcomed();
  }

  beginData(lengthBytes: number): void {
    if (lengthBytes > this.#allowance) {
      throw new PredastoreError('peer-protocol', `DATA of ${lengthBytes} bytes exceeds the credit given`);
    }
    this.#allowance -= lengthBytes;
    this.#expectReceiving('DATA');
  }

  data(bytes: Uint8Array): void {
    assert(this.#stream !== undefined, 'payload belongs to a stream');
    this.#stream.deliver(bytes);
  }

  window(creditBytes: number): void {
    if (this.#credit + creditBytes > TRANSPORT_CREDIT_BYTES) {
      throw new PredastoreError('peer-protocol', 'WINDOW gives more credit than there can be');
    }
    this.#credit += creditBytes;
    this.#stream?.resume();
  }

  fin(): void {
    const stream = this.#expectReceiving('FIN');
    this.#receiving = false;
    stream.deliverEnd();
    this.#overWhenBothEnded();
  }

  aborted(reason: frame.AbortReason): void {
    if (reason.ordinal > this.#ordinal)
      throw new PredastoreError('peer-protocol', 'ABORT of a stream to come');
    const stream = this.#stream;
    const stale = reason.ordinal < this.#ordinal || stream === undefined || !this.#announced;
    if (stale) return;
    const error = frame.abortedByPeer(reason);
    this.#receiving = false;
    if (this.#sending) {
      this.#sending = false;
      this.#control(frame.abortFrame(this.#ordinal, error));
    }
    stream.fail(error);
    this.#overWhenBothEnded();
  }

  // --- RawSink: what the pipe reports ----------------------------------------------------------------------------

  receive(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    try {
      this.#parser.push(bytes);
    } catch (error) {
      this.#violated(wrapError('internal', 'a frame could not be handled', error));
    }
  }

  ended(): void {
    if (this.#state === 'closing') {
      this.destroy(new PredastoreError('peer-unreachable', 'the lane was closed'));
      return;
    }
    if (this.#state === 'gone') return;
    this.#close(new PredastoreError('peer-unreachable', 'the other end closed the connection'), 'pipe');
  }

  failed(error: unknown): void {
    this.destroy(wrapError('peer-unreachable', 'the connection failed', error), 'pipe');
  }

  // ---------------------------------------------------------------------------------------------------------------

  #begin(): FramedStream {
    this.#stream = new FramedStream(this);
    this.#announced = false;
    this.#sending = true;
    this.#receiving = true;
    return this.#stream;
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#ordinal += 1;
  }

  /** The stream a frame belongs to; on an idle acceptor the frame begins one. */
  #expectReceiving(type: string): FramedStream {
    if (this.#stream === undefined && this.#role === 'acceptor' && this.#state === 'open') {
      const stream = this.#begin();
      this.#announce();
      this.#events.stream(stream);
    }
    if (this.#stream === undefined || !this.#receiving || !this.#announced) {
      throw new PredastoreError('peer-protocol', `${type} where none is allowed`);
    }
    return this.#stream;
  }

  #overWhenBothEnded(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#sending || this.#receiving) return;
    this.#stream = undefined;
    this.#linger?.cancel();
    this.#linger = undefined;
    this.consumed(stream.detach());
    if (this.#state === 'open') this.#events.idle(this);
  }

  #control(bytes: Uint8Array): void {
    if (this.#writer.control(bytes)) return;
    this.destroy(
      new PredastoreError('peer-stalled', 'the other end does not read what we answer'),
      'violation',
    );
  }

  #violated(error: PredastoreError): void {
    if (this.#state !== 'open') return;
    this.#control(frame.abortFrame(this.#ordinal, error));
    this.#close(error, 'violation');
  }

  /** Says no more, waits for the other end to finish too, but not for long. */
  #close(error: Error, ending: LaneEnding): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#writer.end();
    this.#lingerFor('the other end did not close a lane');
    this.#dropStream(error);
    this.#events.gone(this, error, ending);
  }

  #dropStream(error: Error): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.fail(isPredastoreError(error) ? error : wrapError('peer-unreachable', 'the lane is gone', error));
    stream?.detach();
  }

  #lingerFor(what: string): void {
    this.#linger?.cancel();
    this.#linger = this.#clock.after(TRANSPORT_ABORT_LINGER_MS, () =>
      this.destroy(new PredastoreError('peer-stalled', what)),
    );
  }
}
