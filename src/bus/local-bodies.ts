// Handing a body over inside one process, when gateway and node turn out to share it.
//
// One side offers a body and sends the token through NATS; the other claims it and reads it directly. NATS carries
// the request, not a byte of the body.
//   L1. A token is 128 random bits and works once.
//   L2. An offer that nobody claims is let go after LOCAL_OFFER_TIMEOUT_MS: its producer gets `return()`.
//   L3. A failure crosses over: a producer that throws is seen by the reader, a reader that stops returns the producer,
//       and `withdraw` makes the reader's next (or pending) read fail.

import type { IncomingBody, OutgoingBody } from '../core/body.ts';
import { PredastoreError } from '../core/errors.ts';
import { LOCAL_OFFERS_MAX, LOCAL_OFFER_TIMEOUT_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { settled } from '../platform/supervise.ts';
import { Sweep } from './sweep.ts';

interface AnyBody {
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What the offering side keeps. */
export interface Offer {
  readonly token: string;
  /** Takes the body back: whoever reads it fails with `reason`. Harmless after the body has ended. */
  withdraw(reason: PredastoreError): void;
}

interface OpenOffer<T> {
  readonly body: T;
  readonly source: WithdrawableBytes;
  readonly expiresMs: number;
}

const SWEEP_MS = 1_000;

/** Bodies of one direction. */
export class LocalExchange<T extends AnyBody> {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #offers = new Map<string, OpenOffer<T>>();
  readonly #sweep: Sweep;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#sweep = new Sweep(clock, SWEEP_MS, (nowMs) => this.#expire(nowMs));
  }

  /** Offers and not yet claimed. */
  get size(): number {
    return this.#offers.size;
  }

  offer(body: T): Offer {
    if (this.#offers.size >= LOCAL_OFFERS_MAX) {
      throw new PredastoreError('overloaded', 'too many bodies wait to be fetched');
    }
    const token = this.#random.bytes(16).toString('hex');
    const source = new WithdrawableBytes(body.bytes);
    const expiresMs = this.#clock.monotonicMs() + LOCAL_OFFER_TIMEOUT_MS;
    this.#offers.set(token, { body: { ...body, bytes: source }, source, expiresMs });
    this.#sweep.start();
    return {
      token,
      withdraw: (reason) => {
        this.#offers.delete(token);
        source.withdraw(reason);
      },
    };
  }

  /** The body behind a token, once; undefined when there is none (any more). */
  claim(token: string): T | undefined {
    const offer = this.#offers.get(token);
    this.#offers.delete(token);
    return offer?.body;
  }

  #expire(nowMs: number): boolean {
    for (const [token, offer] of this.#offers) {
      if (offer.expiresMs > nowMs) continue;
      this.#offers.delete(token);
      offer.source.withdraw(new PredastoreError('cancelled', 'nobody fetched the body'));
    }
    return this.#offers.size > 0;
  }
}

/** The registry of a process: give the same one to its client and its operation server. */
export class LocalBodies {
  /** Names this process to the other end, which hands bodies over only when it is the same. */
  readonly id: string;
  readonly requests: LocalExchange<IncomingBody>;
  readonly replies: LocalExchange<OutgoingBody>;

  constructor(clock: Clock, random: Random) {
    this.id = random.bytes(16).toString('hex');
    this.requests = new LocalExchange(clock, random);
    this.replies = new LocalExchange(clock, random);
  }
}

/** Passes bytes through until they are withdrawn. Iterated once. */
class WithdrawableBytes implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #withdrawn: PredastoreError | undefined;
  #rejectPending: ((reason: PredastoreError) => void) | undefined;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#withdrawn !== undefined) return Promise.reject(this.#withdrawn);
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    const step = this.#iterator.next();
    return new Promise((resolve, reject) => {
      this.#rejectPending = reject;
      step.then((result) => {
        this.#rejectPending = undefined;
        this.#ended ||= result.done === true;
        resolve(result);
      }, reject);
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#letGo();
    return { done: true, value: undefined };
  }

  withdraw(reason: PredastoreError): void {
    if (this.#ended || this.#withdrawn !== undefined) return;
    this.#withdrawn = reason;
    this.#rejectPending?.(reason);
    settled(this.#letGo(), 'the producer is told to stop; how it ends no longer matters to anybody');
  }

  async #letGo(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    await this.#iterator.return?.();
  }
}
