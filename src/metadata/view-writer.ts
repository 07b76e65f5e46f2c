// Between the tail and LMDB: gathers what was delivered and writes it in few transactions.
//
// A transaction costs a sync and about a third of a millisecond of CPU however little it carries. So a batch waits for
// company, unless somebody waits for it: a listing makes everything gathered go out at once.
//
// Invariants:
//   1. Batches reach the view in the order they came; a failed one is tried again and none overtakes it.
//   2. What `gathered` does not have is in the view as it was delivered.
//   3. At most GATHERED_MESSAGES_MAX messages are held; past that `add` makes the tail wait.

import type { TailBatch } from '../bus/stream-tail.ts';
import type { TailMessage } from '../bus/stream-session.ts';
import { messageOf } from '../core/errors.ts';
import { TAIL_BATCH_MESSAGES } from '../core/limits.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { View } from './view.ts';

/** How long a message may wait for company. A crash repeats at most this much of the stream. */
const COMPANY_MS = 25;
const RETRY_MS = 500;
const GATHERED_MESSAGES_MAX = 4 * TAIL_BATCH_MESSAGES;

export interface ViewWriterOptions {
  readonly view: View;
  readonly clock: Clock;
  readonly logger: Logger;
  /** True while somebody waits for what is gathered. */
  readonly awaited: () => boolean;
  /** Called after each transaction. */
  readonly written: (safe: number) => void;
}

export class ViewWriter {
  readonly #options: ViewWriterOptions;
  readonly #closing = new AbortController();
  #messages: TailMessage[] = [];
  /** The last message of each subject that the view does not have yet. */
  readonly #gathered = new Map<string, TailMessage>();
  #position: { applied: number; safe: number };
  #company: Timer | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: ViewWriterOptions) {
    this.#options = options;
    this.#position = options.view.position;
  }

  /** Takes a batch. Resolves at once, or when there is room again. */
  async add(batch: TailBatch): Promise<void> {
    this.#messages.push(...batch.messages);
    for (const message of batch.messages) this.#gathered.set(message.subject, message);
    this.#position = { applied: batch.applied, safe: batch.safe };
    if (this.#options.awaited() || this.#messages.length >= TAIL_BATCH_MESSAGES) this.flush();
    else this.#company ??= this.#options.clock.after(COMPANY_MS, () => this.flush());
    while (this.#messages.length > GATHERED_MESSAGES_MAX && this.#writing !== undefined) await this.#writing;
  }

  /** What was delivered of a subject and is not written yet. */
  gathered(subject: string): TailMessage | undefined {
    return this.#gathered.get(subject);
  }

  /** Starts writing what is gathered. */
  flush(): void {
    this.#company?.cancel();
    this.#company = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      // What came between its last look and now was told that somebody is at it.
      if (this.#isBehind() && !this.#closing.signal.aborted) this.flush();
    });
  }

  /** Forgets what is gathered and empties the view. */
  async reset(): Promise<void> {
    this.#messages = [];
    this.#position = this.#options.view.position;
    while (this.#writing !== undefined) await this.#writing;
    this.#messages = [];
    this.#gathered.clear();
    await this.#options.view.reset();
    this.#position = this.#options.view.position;
  }

  /** Writes what is gathered and ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.flush();
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    const { view, clock, logger, written } = this.#options;
    while (this.#isBehind()) {
      const messages = this.#messages;
      const position = this.#position;
      this.#messages = [];
      try {
        await view.apply({ messages, ...position });
        for (const message of messages) {
          if (this.#gathered.get(message.subject) === message) this.#gathered.delete(message.subject);
        }
        written(position.safe);
      } catch (error) {
        logger.error('the metadata view cannot be written', { reason: messageOf(error) });
        this.#messages = messages.concat(this.#messages);
        if (this.#closing.signal.aborted) return;
        await clock.sleep(RETRY_MS, this.#closing.signal);
      }
    }
  }

  #isBehind(): boolean {
    const { applied, safe } = this.#options.view.position;
    return this.#position.applied !== applied || this.#position.safe !== safe;
  }
}
