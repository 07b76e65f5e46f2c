// Taking work out of a work-queue stream: one message at a time, each kept by the server until it is said to be done.
//
// Owns: a durable consumer with a filter of its own, and the wire form of pulling, finishing and postponing. Refuses: deciding
// how long something is tried.
//
// Invariants:
//   1. A message that was neither finished nor postponed is delivered again after REDELIVERY_MS: a crash loses no work.
//   2. `next` never waits longer than its limit, whatever happens to the connection.

import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import { wrapError } from '../core/errors.ts';
import type { BusConnection } from './connection.ts';
import type { StreamAdmin } from './stream-admin.ts';

const NANOS_PER_MS = 1_000_000;
/** A piece of work that gives no sign of life for this long is somebody else's. */
const REDELIVERY_MS = 30_000;
/** Pieces of work under way or postponed at once. */
const PENDING_MAX = 10_000;
/** What a request waits beyond the time the server was given. */
const REPLY_SLACK_MS = 2_000;

export interface WorkQueueOptions {
  readonly connection: BusConnection;
  readonly admin: StreamAdmin;
  readonly stream: string;
  /** Only messages of this subject; no other consumer may have it. */
  readonly subject: string;
  /** Name of the durable consumer. */
  readonly name: string;
}

/** One message, to be finished or postponed. */
export interface WorkItem {
  readonly payload: Uint8Array;
  /** How often it was delivered before. */
  readonly redeliveries: number;
  /** Removes it for good. */
  done(): void;
  /** Gives it back, to be delivered again after `delayMs`. */
  later(delayMs: number): void;
  /** Says that it is still being worked on; at least every 20 s. */
  alive(): void;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  #ready = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** The next message, or `undefined` when none came within `limitMs`. Throws what the server or the connection says. */
  async next(limitMs: number): Promise<WorkItem | undefined> {
    const { connection, stream, name } = this.#options;
    if (!this.#ready) await this.#prepare();
    const request = JSON.stringify({ batch: 1, expires: limitMs * NANOS_PER_MS });
    try {
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
      // Deliveries come under the subject of the message, which an inbox shared by many requests cannot tell apart.
      const options = { noMux: true, timeout: limitMs + REPLY_SLACK_MS };
      const message = await connection.nats.request(subject, request, options);
      return itemOf(message, connection);
    } catch (error) {
      // The consumer may be gone: it is made again, at no cost when it is there.
      this.#ready = false;
      throw wrapError('metadata-unavailable', `consumer ${name}`, error);
    }
  }

  async #prepare(): Promise<void> {
    const { admin, stream, subject, name } = this.#options;
    try {
      await admin.manager.consumers.add(stream, {
        durable_name: name,
        filter_subject: subject,
        ack_policy: AckPolicy.Explicit,
        ack_wait: REDELIVERY_MS * NANOS_PER_MS,
        deliver_policy: DeliverPolicy.All,
        max_ack_pending: PENDING_MAX,
      });
    } catch (error) {
      throw wrapError('metadata-unavailable', `cannot create consumer ${name}`, error);
    }
    this.#ready = true;
  }
}

/** A status without a reply subject (nothing came in time, the server is shutting down) is no message. */
function itemOf(message: Msg, connection: BusConnection): WorkItem | undefined {
  const { reply } = message;
  if (reply === undefined || reply === '') return undefined;
  const say = (word: string): void => connection.publish(reply, word);
  return {
    payload: message.data,
    redeliveries: Math.max(0, deliveriesOf(reply) - 1),
    done: () => say('+ACK'),
    later: (delayMs) => say(`-NAK {"delay": ${Math.max(0, Math.round(delayMs)) * NANOS_PER_MS}}`),
    alive: () => say('+WPI'),
  };
}

/** The delivery count in `$JS.ACK.<stream>.<consumer>.<count>…`, with or without domain and account before the stream. */
function deliveriesOf(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens[(tokens.length === 9 ? 0 : 2) + 4]) || 1;
}
