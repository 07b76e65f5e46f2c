// One conversation over one stream: sending and exact reading, every wait bounded by progress. Used by both ends.
//
// Owns: the stream and the unread rest of its last portion. Refuses: what the bytes mean (wire-format.ts).
// Invariants:
//   X1. A body that is shorter or longer than announced is `peer-protocol`; nothing is ever padded or dropped.
//   X2. Memory is one portion of the stream plus what `take` was asked for.
//   X3. After `close` the stream is settled: both directions have ended, or it was aborted.

import { PredastoreError, wrapError } from '../core/errors.ts';
import type { TransportStream } from '../transport/transport.ts';
import type { IdleWatch } from './idle-watch.ts';

const NOTHING = new Uint8Array(0);

export class Exchange {
  readonly #stream: TransportStream;
  readonly #watch: IdleWatch;
  readonly #watchReads: boolean;
  #rest: Uint8Array = NOTHING;
  #spoken = false;
  #sendingEnded = false;
  #receivingEnded = false;
  #broken = false;

  /** `watchReads: false` is for a reader that listens all the time while it sends; it counts its waits by `waitFor`. */
  constructor(stream: TransportStream, watch: IdleWatch, watchReads = true) {
    this.#stream = stream;
    this.#watch = watch;
    this.#watchReads = watchReads;
  }

  /** The stream itself failed: nothing can be said to the other end any more. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Bytes have been handed to the stream. */
  get spoken(): boolean {
    return this.#spoken;
  }

  async send(chunk: Uint8Array): Promise<void> {
    this.#spoken = true;
    await this.#waitFor(this.#stream.write(chunk), chunk.length);
  }

  /** Sends the last bytes, if any, and the end. */
  async finish(last?: Uint8Array): Promise<void> {
    this.#spoken = true;
    this.#sendingEnded = true;
    await this.#waitFor(this.#stream.end(last), last?.length ?? 0);
  }

  /** Exactly `count` bytes: a view where they arrived together, a copy otherwise. */
  async take(count: number): Promise<Uint8Array> {
    if (count === 0) return NOTHING;
    const first = await this.portion(count);
    if (first.length === count) return first;
    const whole = Buffer.allocUnsafe(count);
    whole.set(first);
    for (let filled = first.length; filled < count;) {
      const part = await this.portion(count - filled);
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  /** The next bytes, at least one and at most `limitBytes`. */
  async portion(limitBytes: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) await this.#receive();
    const rest = this.#rest;
    if (rest.length <= limitBytes) {
      this.#rest = NOTHING;
      return rest;
    }
    this.#rest = rest.subarray(limitBytes);
    return rest.subarray(0, limitBytes);
  }

  /** Makes sure that the other end has said all it was to say. */
  async expectEnd(): Promise<void> {
    while (this.#rest.length === 0 && !this.#receivingEnded) {
      const chunk = await this.#read();
      if (chunk === null) this.#receivingEnded = true;
      else this.#rest = chunk;
    }
    if (this.#rest.length > 0) throw new PredastoreError('peer-protocol', 'bytes after the end');
  }

  /** Reads and forgets until the other end stops: at most `limitBytes`, and no longer than the watch allows in one go. */
  async drain(limitBytes: number): Promise<void> {
    let drained = this.#rest.length;
    this.#rest = NOTHING;
    this.#watch.begin();
    while (!this.#receivingEnded && drained <= limitBytes) {
      const chunk = await this.#stream.read();
      if (chunk === null) this.#receivingEnded = true;
      else drained += chunk.length;
    }
    this.#watch.end(0);
  }

  /** Counts the wait for `work`, which reads or writes without being watched itself. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    this.#watch.begin();
    try {
      return await work;
    } finally {
      this.#watch.end(0);
    }
  }

  /** Lets go: silently when both directions have ended, by aborting with `reason` otherwise. */
  close(reason: Error): void {
    this.#watch.close();
    if (!this.#sendingEnded || !this.#receivingEnded || this.#broken) this.#stream.abort(reason);
  }

  async #receive(): Promise<void> {
    const chunk = this.#receivingEnded ? null : await this.#read();
    if (chunk !== null) {
      this.#rest = chunk;
      return;
    }
    this.#receivingEnded = true;
    throw new PredastoreError('peer-protocol', 'the stream ended too early');
  }

  async #read(): Promise<Uint8Array | null> {
    let moved = 0;
    if (this.#watchReads) this.#watch.begin();
    try {
      const chunk = await this.#stream.read();
      moved = chunk?.length ?? 0;
      return chunk;
    } catch (error) {
      throw this.#broke(error);
    } finally {
      if (this.#watchReads) this.#watch.end(moved);
    }
  }

  async #waitFor(work: Promise<void>, bytes: number): Promise<void> {
    let moved = 0;
    this.#watch.begin();
    try {
      await work;
      moved = bytes;
    } catch (error) {
      throw this.#broke(error);
    } finally {
      this.#watch.end(moved);
    }
  }

  #broke(error: unknown): PredastoreError {
    this.#broken = true;
    return wrapError('peer-unreachable', 'the stream failed', error);
  }
}
