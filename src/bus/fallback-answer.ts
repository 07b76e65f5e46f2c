// Answers a subject that belongs to another service, as long as that service does not.
//
// One process of the queue group hears a request and asks the same question itself, marked so that its likes keep silent: whoever
// answers that is the owner of the subject, and is left to answer. What was found holds for FOUND_HOLDS_MS.

import { headers, type Msg, type Subscription } from '@nats-io/transport-node';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { supervise } from '../platform/supervise.ts';
import { isReplySubject } from './byte-stream.ts';
import type { BusConnection } from './connection.ts';

export interface FallbackParts {
  readonly connection: BusConnection;
  readonly subject: string;
  readonly queueGroup: string;
  readonly document: () => object;
  readonly clock: Clock;
  readonly log: Logger;
}

const PROBE_HEADER = 'Predastore-Probe';
/** How long the owner has for its answer. */
const OWNER_PATIENCE_MS = 250;
const FOUND_HOLDS_MS = 5_000;

export class FallbackAnswer {
  readonly #parts: FallbackParts;
  #subscription: Subscription | undefined;
  #found: { readonly owned: Promise<boolean>; readonly sinceMs: number } | undefined;

  constructor(parts: FallbackParts) {
    this.#parts = parts;
  }

  start(): void {
    const { connection, subject, queueGroup, log } = this.#parts;
    this.#subscription = connection.subscribe(subject, {
      queue: queueGroup,
      onMessage: (msg) => {
        if (msg.headers?.has(PROBE_HEADER) === true || !isReplySubject(msg.reply)) return;
        supervise(this.#answer(msg), log, `answering ${subject}`);
      },
    });
  }

  stop(): Promise<void> {
    this.#subscription?.unsubscribe();
    return Promise.resolve();
  }

  async #answer(msg: Msg): Promise<void> {
    if (await this.#isOwned()) return;
    msg.respond(JSON.stringify(this.#parts.document()));
  }

  /** Requests that come together share one question: a flood of them costs a question every few seconds. */
  #isOwned(): Promise<boolean> {
    const nowMs = this.#parts.clock.monotonicMs();
    if (this.#found === undefined || nowMs - this.#found.sinceMs > FOUND_HOLDS_MS) {
      this.#found = { owned: this.#ask(), sinceMs: nowMs };
    }
    return this.#found.owned;
  }

  async #ask(): Promise<boolean> {
    const { connection, subject } = this.#parts;
    const marked = headers();
    marked.set(PROBE_HEADER, '1');
    try {
      await connection.nats.request(subject, '', { timeout: OWNER_PATIENCE_MS, headers: marked });
      return true;
    } catch {
      return false; // nobody else is there, or nobody who answers in time
    }
  }
}
