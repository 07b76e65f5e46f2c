// The bytes of a request as they come off the socket.
//
// Owns back-pressure (the socket pauses while a bounded queue is full) and progress (a sender that stalls is given up).
// Refuses framing and digests. Reading is one event per socket read and no copy; a chunk that waits costs no timer.
//
// Invariants:
//  1. At most REQUEST_BUFFER_BYTES_MAX plus one socket read wait here.
//  2. Iteration ends without a throw only when the message ended as HTTP framed it.
//  3. The idle bound counts only while somebody waits for the sender, never while the reader is busy.

import type { IncomingMessage } from 'node:http';
import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { REQUEST_BUFFER_BYTES_MAX } from '../core/limits.ts';
import type { Clock, Timer } from '../platform/clock.ts';

export interface SocketBodyOptions {
  readonly clock: Clock;
  readonly idleTimeoutMs: number;
  /** Called before the first byte is asked for: the moment to say `100 Continue`. */
  readonly onFirstRead: () => void;
}

interface Waiter {
  resolve(result: IteratorResult<Uint8Array>): void;
  reject(error: unknown): void;
}

const END: IteratorResult<Uint8Array> = { done: true, value: undefined };

export class SocketBody implements AsyncIterableIterator<Uint8Array> {
  readonly #request: IncomingMessage;
  readonly #options: SocketBodyOptions;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #receivedBytes = 0;
  #started = false;
  #ended = false;
  #failure: PredastoreError | undefined;
  #waiter: Waiter | undefined;
  #waitingSinceMs = 0;
  #timer: Timer | undefined;

  constructor(request: IncomingMessage, options: SocketBodyOptions) {
    this.#request = request;
    this.#options = options;
  }

  /** Whether a byte was ever asked for. */
  get started(): boolean {
    return this.#started;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#started) this.#start();
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#queuedBytes -= chunk.length;
      if (this.#request.isPaused() && this.#queuedBytes * 2 < REQUEST_BUFFER_BYTES_MAX)
        this.#request.resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(END);
    assert(this.#waiter === undefined, 'a body has one reader');
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#waitingSinceMs = this.#options.clock.monotonicMs();
      this.#timer ??= this.#watch(this.#options.idleTimeoutMs);
    });
  }

  /** Stops reading; what the sender still sends is left on the socket. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#detach();
    this.#queue.length = 0;
    this.#ended = true;
    return Promise.resolve(END);
  }

  #start(): void {
    this.#started = true;
    this.#options.onFirstRead();
    const request = this.#request;
    if (request.destroyed && !request.complete) {
      this.#failure = interrupted();
      return;
    }
    request.on('data', this.#onData);
    request.on('end', this.#onEnd);
    request.on('close', this.#onClose);
    request.on('error', this.#onClose);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#receivedBytes += chunk.length;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value: chunk });
      return;
    }
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes >= REQUEST_BUFFER_BYTES_MAX) this.#request.pause();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#detach();
    this.#waiter?.resolve(END);
    this.#waiter = undefined;
  };

  readonly #onClose = (): void => {
    if (!this.#ended) this.#fail(interrupted());
  };

  #fail(error: PredastoreError): void {
    this.#failure = error;
    this.#detach();
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  /** One timer for the whole body, set again when it finds progress. */
  #watch(delayMs: number): Timer {
    return this.#options.clock.after(delayMs, () => {
      const { clock, idleTimeoutMs } = this.#options;
      const idleMs = this.#waiter === undefined ? 0 : clock.monotonicMs() - this.#waitingSinceMs;
      if (idleMs >= idleTimeoutMs) {
        this.#fail(new PredastoreError('body-stalled', `no byte of the body came for ${idleTimeoutMs} ms`));
      } else {
        this.#timer = this.#watch(idleTimeoutMs - idleMs);
      }
    });
  }

  #detach(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const request = this.#request;
    request.off('data', this.#onData);
    request.off('end', this.#onEnd);
    request.off('close', this.#onClose);
    request.off('error', this.#onClose);
    if (!request.readableEnded) request.pause();
    // A socket that breaks later must not become an uncaught error event.
    request.on('error', ignoreLateError);
  }
}

function ignoreLateError(): void {
  // The failure of the connection is seen through `close` of the response.
}

function interrupted(): PredastoreError {
  return new PredastoreError('body-incomplete', 'the connection ended before the body did');
}
