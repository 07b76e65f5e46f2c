// One ephemeral pull consumer on a stream, from its creation to its first doubt.
//
// A session delivers messages in order and without loss, or fails: a missed heartbeat, a hole in the delivery sequence,
// a deleted consumer and a lost server all end it, and the tail opens another one where the last ended. (The ordered
// consumer of nats.js stalled for 29 s when the server behind it was killed; this one is replaced after 2.5 s.)
//
// Invariants:
//   1. At most two pulls are outstanding, so unread bytes stay below 2 × TAIL_PULL_BYTES.
//   2. Messages are handed out in delivery order, each once.

import { AckPolicy, DeliverPolicy, type ConsumerConfig } from '@nats-io/jetstream';
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { PredastoreError, wrapError } from '../core/errors.ts';
import { TAIL_PULL_BYTES, TAIL_PULL_MESSAGES } from '../core/limits.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { StreamAdmin } from './stream-admin.ts';
import type { BusConnection } from './connection.ts';
import { NOTE_HEADER } from './stream-client.ts';

const NANOS_PER_MS = 1_000_000;
const HEARTBEAT_MS = 1_000;
/** Two heartbeats lost and a half of slack. */
const SILENCE_MAX_MS = 2_500;
const PULL_EXPIRY_MS = 30_000;
/** The server drops the consumer of a dead node by itself after this. */
const CONSUMER_IDLE_MS = 30_000;
const HEARTBEAT = 100;
/** Statuses that end one pull and leave the consumer well; they say how much of the pull was not delivered. */
const PULL_ENDED = /batch completed|maxbytes|request timeout/i;

export interface TailMessage {
  readonly subject: string;
  /** Empty for a tombstone. */
  readonly payload: Uint8Array;
  readonly sequence: number;
  /** When the server stored it: milliseconds since 1970. Absent in messages that did not come from a server. */
  readonly storedMs?: number;
  /** Where the follower asked for notes: what the writer noted (`OutgoingMessage.note`). */
  readonly note?: string;
}

export interface SessionOptions {
  readonly connection: BusConnection;
  readonly admin: StreamAdmin;
  readonly clock: Clock;
  readonly stream: string;
  readonly filter: string;
  /** Unique name of the consumer. */
  readonly consumer: string;
  readonly startSequence: number;
  /** Whether headers are looked at, which costs more than all else. */
  readonly notes?: boolean;
}

export class StreamSession {
  readonly #options: SessionOptions;
  readonly #inbox: string;
  readonly #pullSubject: string;
  #subscription: Subscription | undefined;
  #watchdog: Timer | undefined;
  #pending: Msg[] = [];
  #outstanding = 0;
  #delivered = 0;
  #lastHeardMs: number;
  #failure: PredastoreError | undefined;
  #wake: (() => void) | undefined;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#inbox = createInbox(options.connection.inboxPrefix);
    this.#pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${options.stream}.${options.consumer}`;
    this.#lastHeardMs = options.clock.monotonicMs();
  }

  static async open(options: SessionOptions): Promise<StreamSession> {
    try {
      await options.admin.manager.consumers.add(options.stream, consumerConfig(options));
    } catch (error) {
      throw wrapError('metadata-unavailable', `cannot create consumer ${options.consumer}`, error);
    }
    const session = new StreamSession(options);
    session.#listen();
    return session;
  }

  /** Waits for at least one message; takes at most `limit`. Throws when the session can no longer be trusted. */
  async next(limit: number): Promise<readonly TailMessage[]> {
    while (this.#failure === undefined && this.#pending.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    const taken = this.#pending.splice(0, limit);
    this.#pull();
    return taken.map((message) => this.#inOrder(message));
  }

  /** Ends the session; a `next` that waits is rejected. */
  async close(): Promise<void> {
    this.#fail('session closed');
    this.#watchdog?.cancel();
    this.#subscription?.unsubscribe();
    const { admin, stream, consumer } = this.#options;
    try {
      await admin.manager.consumers.delete(stream, consumer);
    } catch {
      // It is gone, or its server is: the server drops it after CONSUMER_IDLE_MS.
    }
  }

  #listen(): void {
    this.#subscription = this.#options.connection.subscribe(this.#inbox, {
      onMessage: (message) => this.#hear(message),
      onError: (error) => this.#fail(`subscription: ${error.message}`),
    });
    this.#pull();
    this.#watch();
  }

  #hear(message: Msg): void {
    this.#lastHeardMs = this.#options.clock.monotonicMs();
    // Only status messages come without a reply subject; parsing the headers of every record would cost more than the rest.
    if (message.reply === undefined || message.reply === '') {
      this.#hearStatus(message);
      return;
    }
    this.#outstanding -= 1;
    this.#pending.push(message);
    this.#ring();
  }

  #hearStatus(message: Msg): void {
    const code = message.headers?.code ?? 0;
    const description = message.headers?.description ?? '';
    if (code === HEARTBEAT) return;
    if (!PULL_ENDED.test(description)) {
      this.#fail(`consumer: ${code} ${description}`);
      return;
    }
    const undelivered = Number(message.headers?.get('Nats-Pending-Messages') ?? '0');
    this.#outstanding = Math.max(0, this.#outstanding - undelivered);
    this.#pull();
  }

  #pull(): void {
    if (this.#failure !== undefined || this.#pending.length > TAIL_PULL_MESSAGES) return;
    if (this.#outstanding > TAIL_PULL_MESSAGES / 2) return;
    const request = {
      batch: TAIL_PULL_MESSAGES,
      max_bytes: TAIL_PULL_BYTES,
      expires: PULL_EXPIRY_MS * NANOS_PER_MS,
      idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
    };
    this.#outstanding += TAIL_PULL_MESSAGES;
    try {
      this.#options.connection.nats.publish(this.#pullSubject, JSON.stringify(request), {
        reply: this.#inbox,
      });
    } catch (error) {
      this.#fail(`pull: ${String(error)}`);
    }
  }

  #watch(): void {
    this.#watchdog = this.#options.clock.after(HEARTBEAT_MS / 2, () => {
      if (this.#failure !== undefined) return;
      const nowMs = this.#options.clock.monotonicMs();
      // With messages waiting it is our side that is slow, and pulls may be paused.
      if (this.#pending.length > 0) this.#lastHeardMs = nowMs;
      const silentMs = nowMs - this.#lastHeardMs;
      if (silentMs > SILENCE_MAX_MS) this.#fail('heartbeats missed');
      else this.#watch();
    });
  }

  #inOrder(message: Msg): TailMessage {
    const info = parseDelivery(message.reply ?? '');
    this.#delivered += 1;
    if (info.deliverySequence !== this.#delivered) {
      const problem = `delivery ${info.deliverySequence} came where ${this.#delivered} was due`;
      throw new PredastoreError('metadata-unavailable', problem);
    }
    const { streamSequence: sequence, storedMs } = info;
    const read = { subject: message.subject, payload: message.data, sequence, storedMs };
    const note = this.#options.notes === true ? message.headers?.get(NOTE_HEADER) : undefined;
    return note === undefined || note === '' ? read : { ...read, note };
  }

  #fail(reason: string): void {
    this.#failure ??= new PredastoreError('metadata-unavailable', reason);
    this.#ring();
  }

  #ring(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/**
 * Reads the sequences out of an acknowledgement subject: `$JS.ACK.<stream>.<consumer>.<count>.<stream seq>.<delivery
 * seq>.<time>.<pending>`; since 2.14 with `<domain>.<account>` before the stream and possibly a token at the end.
 */
export function parseDelivery(reply: string): Delivery {
  const tokens = reply.split('.');
  const shift = tokens.length === 9 ? 0 : 2;
  const streamSequence = Number(tokens[shift + 5]);
  const deliverySequence = Number(tokens[shift + 6]);
  if (!Number.isSafeInteger(streamSequence) || !Number.isSafeInteger(deliverySequence)) {
    throw new PredastoreError('metadata-unavailable', `not a JetStream delivery: ${reply}`);
  }
  // Nanoseconds have more digits than a number: milliseconds are the text without the last six.
  return { streamSequence, deliverySequence, storedMs: Number(tokens[shift + 7]?.slice(0, -6)) };
}

interface Delivery {
  readonly streamSequence: number;
  readonly deliverySequence: number;
  readonly storedMs: number;
}

function consumerConfig(options: SessionOptions): Partial<ConsumerConfig> {
  return {
    name: options.consumer,
    filter_subject: options.filter,
    ack_policy: AckPolicy.None,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: CONSUMER_IDLE_MS * NANOS_PER_MS,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: options.startSequence,
  };
}
