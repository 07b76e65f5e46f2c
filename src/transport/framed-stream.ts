// One stream as its users see it, on whatever carries it (a lane of QUIC or TLS, or the in-process pipe).
//
// Owns: bytes that wait for the reader, chunks that wait for room, and how both directions end.
// Refuses: framing, credit and the wire (those are the carrier's).
// Invariants:
//   F1. A portion is handed to a waiting reader in the same tick, or kept in the inbox, never both.
//   F2. Chunks leave in the order of their `write` calls; `end` leaves last.
//   F3. After a failure every pending and later call rejects with that one error.

import { AssertionFailure } from '../core/assert.ts';
import { Inbox } from './inbox.ts';
import type { TransportStream } from './transport.ts';

/** What a stream needs from below. */
export interface StreamCarrier {
  /**
   * Takes as many bytes as credit and room allow, copied or given away, and returns how many. `fin` is sent along once all of
   * `bytes` are taken.
   */
  accept(bytes: Uint8Array, fin: boolean): number;
  /** The reader took bytes: the other end may send as many again. */
  consumed(bytes: number): void;
  /** Tells the other end that the stream is given up. */
  abort(reason: Error): void;
}

interface Outgoing {
  bytes: Uint8Array;
  readonly fin: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Reader {
  readonly resolve: (portion: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

const NOTHING = new Uint8Array(0);
const ACCEPTED: Promise<void> = Promise.resolve();

export class FramedStream implements TransportStream {
  /** Undefined once both directions have ended in good order: then the carrier may serve the next stream. */
  #carrier: StreamCarrier | undefined;
  readonly #inbox = new Inbox();
  #reader: Reader | undefined;
  #receivedAll = false;
  readonly #outbox: Outgoing[] = [];
  #endCalled = false;
  #resuming = false;
  #failure: Error | undefined;

  constructor(carrier: StreamCarrier) {
    this.#carrier = carrier;
  }

  write(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#endCalled) return Promise.reject(new AssertionFailure('write after end'));
    return chunk.length === 0 ? ACCEPTED : this.#send(chunk, false);
  }

  end(last: Uint8Array = NOTHING): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#endCalled) return Promise.reject(new AssertionFailure('end called twice'));
    this.#endCalled = true;
    return this.#send(last, true);
  }

  read(): Promise<Uint8Array | null> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#reader !== undefined) return Promise.reject(new AssertionFailure('two reads at once'));
    const portion = this.#inbox.shift();
    if (portion !== undefined) {
      this.#carrier?.consumed(portion.length);
      return Promise.resolve(portion);
    }
    if (this.#receivedAll) return Promise.resolve(null);
    return new Promise((resolve, reject) => (this.#reader = { resolve, reject }));
  }

  abort(reason: Error): void {
    const carrier = this.#carrier;
    if (this.#failure !== undefined) return;
    // The carrier first: it asks how much was left unread, which failing forgets.
    carrier?.abort(reason);
    this.fail(reason);
  }

  // --- What the carrier calls ----------------------------------------------------------------------------------

  /** Bytes arrived; they belong to the stream now. */
  deliver(portion: Uint8Array): void {
    if (this.#failure !== undefined) {
      this.#carrier?.consumed(portion.length);
      return;
    }
    const reader = this.#reader;
    if (reader === undefined) {
      this.#inbox.push(portion);
      return;
    }
    this.#reader = undefined;
    this.#carrier?.consumed(portion.length);
    reader.resolve(portion);
  }

  /** The other end's direction ended in good order. */
  deliverEnd(): void {
    this.#receivedAll = true;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve(null);
  }

  /** Credit or room came back. */
  resume(): void {
    // Within one process taking a chunk can bring credit back at once, which lands here again.
    if (this.#resuming) return;
    this.#resuming = true;
    this.#drainOutbox();
    this.#resuming = false;
  }

  #drainOutbox(): void {
    for (let next = this.#outbox[0]; next !== undefined; next = this.#outbox[0]) {
      if (!this.#pass(next)) return;
      this.#outbox.shift();
      next.resolve();
    }
  }

  /** Everything still pending, and every later call, rejects with `error`. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.reject(error);
    const unread = this.#inbox.bytes;
    this.#inbox.clear();
    if (unread > 0) this.#carrier?.consumed(unread);
    for (const outgoing of this.#outbox.splice(0)) outgoing.reject(error);
  }

  /** The carrier lets go; what was not read yet stays readable. Returns how many bytes that is. */
  detach(): number {
    this.#carrier = undefined;
    return this.#inbox.bytes;
  }

  // --- Sending -------------------------------------------------------------------------------------------------

  #send(bytes: Uint8Array, fin: boolean): Promise<void> {
    const carrier = this.#carrier;
    if (carrier === undefined)
      return Promise.reject(new AssertionFailure('sending on a stream that is over'));
    let rest = bytes;
    if (this.#outbox.length === 0) {
      const taken = carrier.accept(bytes, fin);
      if (taken === bytes.length) return ACCEPTED;
      rest = bytes.subarray(taken);
    }
    return new Promise((resolve, reject) => {
      this.#outbox.push({ bytes: rest, fin, resolve, reject });
      this.resume();
    });
  }

  /** True when all of it was taken. */
  #pass(outgoing: Outgoing): boolean {
    for (;;) {
      const taken = this.#carrier?.accept(outgoing.bytes, outgoing.fin) ?? 0;
      if (taken === outgoing.bytes.length) return true;
      if (taken === 0) return false;
      outgoing.bytes = outgoing.bytes.subarray(taken);
    }
  }
}
