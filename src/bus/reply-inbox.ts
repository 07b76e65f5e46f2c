// One subscription for the replies to all requests of a client.
//
// The library's own `request` costs a timer, two promises and a random token per call; here a call is an entry in a
// map, and one sweep looks after all deadlines.
//   R1. An entry ends exactly once: by its owner (`forget`) or by a failure reported to it.
//   R2. When the connection is lost every entry fails at once: its reply may have been lost with it.

import type { Msg, MsgHdrs, Subscription } from '@nats-io/transport-node';

import { PredastoreError, wrapError } from '../core/errors.ts';
import { CALLS_PENDING_MAX } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { BusConnection } from './connection.ts';
import { Sweep } from './sweep.ts';

/** A message and its headers, for rooms that do not know the NATS library. */
export type BusMessage = Msg;
export type BusHeaders = MsgHdrs;

export interface ReplyListener {
  /** Any message to this call's reply subject, signs of life and "no responders" included. */
  onMessage(msg: Msg): void;
  /** Nothing was heard for the silence bound, or the connection is gone. */
  onFailure(error: PredastoreError): void;
}

interface PendingCall {
  readonly listener: ReplyListener;
  heardMs: number;
}

const SWEEP_MS = 500;

export class ReplyInbox {
  readonly #connection: BusConnection;
  readonly #clock: Clock;
  readonly #silenceTimeoutMs: number;
  readonly #prefix: string;
  readonly #pending = new Map<string, PendingCall>();
  readonly #sweep: Sweep;
  readonly #subscription: Subscription;
  readonly #stopListening: () => void;
  #lastId = 0;

  constructor(connection: BusConnection, clock: Clock, random: Random, silenceTimeoutMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#silenceTimeoutMs = silenceTimeoutMs;
    this.#prefix = `${connection.inboxPrefix}.${random.bytes(12).toString('hex')}.`;
    this.#sweep = new Sweep(clock, SWEEP_MS, (nowMs) => this.#expire(nowMs));
    this.#subscription = connection.subscribe(`${this.#prefix}*`, {
      onMessage: (msg) => this.#dispatch(msg),
    });
    this.#stopListening = connection.onLost((error) => this.#failAll(error));
  }

  /** Sends a request; what comes back goes to `listener` until `forget`. Returns the id of the entry. */
  send(subject: string, payload: Uint8Array | string, headers: MsgHdrs, listener: ReplyListener): string {
    if (!this.#connection.connected) throw new PredastoreError('peer-unreachable', 'not connected to NATS');
    if (this.#pending.size >= CALLS_PENDING_MAX) {
      throw new PredastoreError('overloaded', 'too many calls without an answer');
    }
    this.#lastId += 1;
    const id = this.#lastId.toString(36);
    this.#pending.set(id, { listener, heardMs: this.#clock.monotonicMs() });
    this.#connection.outbox.post(() => this.#publish(id, subject, payload, headers));
    this.#sweep.start();
    return id;
  }

  /** What arrives for this call from now on is dropped. */
  forget(id: string): void {
    this.#pending.delete(id);
  }

  close(): void {
    this.#stopListening();
    this.#subscription.unsubscribe();
    this.#failAll(new PredastoreError('store-closed', 'the client is closed'));
  }

  /** A message that the library refuses ends its call; one that was given up meanwhile is not sent. */
  #publish(id: string, subject: string, payload: Uint8Array | string, headers: MsgHdrs): void {
    const call = this.#pending.get(id);
    if (call === undefined) return;
    try {
      this.#connection.nats.publish(subject, payload, { reply: this.#prefix + id, headers });
    } catch (error) {
      this.#pending.delete(id);
      call.listener.onFailure(wrapError('peer-unreachable', 'a request could not be sent', error));
    }
  }

  #dispatch(msg: Msg): void {
    const call = this.#pending.get(msg.subject.slice(this.#prefix.length));
    if (call === undefined) return; // the caller gave up meanwhile
    call.heardMs = this.#clock.monotonicMs();
    call.listener.onMessage(msg);
  }

  #expire(nowMs: number): boolean {
    for (const [id, call] of this.#pending) {
      if (nowMs - call.heardMs < this.#silenceTimeoutMs) continue;
      this.#pending.delete(id);
      const message = `no answer and no sign of life for ${this.#silenceTimeoutMs} ms`;
      call.listener.onFailure(new PredastoreError('peer-stalled', message));
    }
    return this.#pending.size > 0;
  }

  #failAll(error: PredastoreError): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.listener.onFailure(error);
  }
}
