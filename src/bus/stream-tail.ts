// Follows a stream for ever: session after session, each beginning where the last one ended.
//
// Owns: the position (how far the follower has been given the stream) and the point up to which it is *safe*.
// A key-value stream drops superseded messages, so a follower may skip sequence 5 (superseded by 9), be at 7, and still
// hold the old value. Whenever it skips, the follower is unsafe until it reaches the last sequence the leader reported
// after the skip: whatever superseded the skipped message was committed by then.
//
// Invariants:
//   1. safe ≤ applied; both only grow, unless the follower chose to begin again.
//   2. At `safe`, the follower holds exactly what the stream says at that sequence, of every subject.
//   3. `apply` is called with one batch at a time, and the next one only after it resolved.

import { errorCodeOf, messageOf, PredastoreError } from '../core/errors.ts';
import { TAIL_BATCH_MESSAGES } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import type { StreamAdmin, StreamState } from './stream-admin.ts';
import type { BusConnection } from './connection.ts';
import { StreamSession, type TailMessage } from './stream-session.ts';

const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 1_000;

export interface TailPosition {
  /** Sequence of the last message applied. */
  readonly applied: number;
  /** Sequence up to which nothing is missing, see above. */
  readonly safe: number;
}

export interface TailBatch extends TailPosition {
  readonly messages: readonly TailMessage[];
}

export interface TailFollower {
  /**
   * Looks at the stream before each session and says where to go on: at `position`, or at the beginning. `undefined` ends the
   * tail: the stream is not the one followed before.
   */
  accept(state: StreamState | undefined, position: TailPosition): Promise<TailPosition | undefined>;
  /** Applies messages and position together, or neither. */
  apply(batch: TailBatch): Promise<void>;
}

export interface TailOptions {
  readonly connection: BusConnection;
  readonly admin: StreamAdmin;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stream: string;
  readonly filter: string;
  /** Prefix of the consumers' names: says in `nats consumer ls` whose they are. */
  readonly name: string;
  readonly start: TailPosition;
  readonly follower: TailFollower;
  /** Whether messages are to bring what their writers noted. */
  readonly notes?: boolean;
}

export class StreamTail {
  readonly #options: TailOptions;
  readonly #stopping = new AbortController();
  #applied: number;
  #safe: number;
  /** Nothing is safe before this sequence; 0 when nothing was skipped. */
  #fence = 0;
  #session: StreamSession | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#applied = options.start.applied;
    this.#safe = options.start.safe;
  }

  /** Runs until `stop` or until the follower does not accept the stream. */
  async run(): Promise<void> {
    const { clock, random, logger } = this.#options;
    for (let attempt = 0; !this.#isStopping(); attempt += 1) {
      const before = this.#applied;
      try {
        if (!(await this.#follow())) return;
      } catch (error) {
        if (this.#isStopping()) return;
        logger.warn('tail of the metadata stream interrupted', {
          reason: messageOf(error),
          code: errorCodeOf(error),
          applied: this.#applied,
        });
      }
      if (this.#applied > before) attempt = 0;
      await clock.sleep(backoffMs(random, attempt, RETRY_BASE_MS, RETRY_MAX_MS), this.#stopping.signal);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#session?.close();
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** One session; false when the stream is not accepted. */
  async #follow(): Promise<boolean> {
    const { admin, stream, follower, random, name } = this.#options;
    const state = await admin.state(stream);
    const position = await follower.accept(state, { applied: this.#applied, safe: this.#safe });
    if (position === undefined) return false;
    this.#applied = position.applied;
    this.#safe = position.safe;
    if (state === undefined) throw new PredastoreError('metadata-unavailable', `no stream ${stream}`);
    // The new consumer may sit on a replica that lags behind the one where the skip was seen.
    if (this.#safe < this.#applied) this.#fence = Math.max(this.#fence, state.lastSequence);
    const session = await StreamSession.open({
      ...this.#options,
      consumer: `${name}-${random.bytes(6).toString('hex')}`,
      startSequence: this.#applied + 1,
    });
    this.#session = session;
    try {
      for (;;) {
        if (this.#isStopping()) return true;
        await this.#take(await session.next(TAIL_BATCH_MESSAGES));
      }
    } finally {
      this.#session = undefined;
      await session.close();
    }
  }

  async #take(messages: readonly TailMessage[]): Promise<void> {
    let applied = this.#applied;
    let skipped = false;
    for (const message of messages) {
      if (message.sequence !== applied + 1) skipped = true;
      applied = message.sequence;
    }
    if (skipped) await this.#raiseFence();
    const safe = applied >= this.#fence ? applied : this.#safe;
    await this.#options.follower.apply({ messages, applied, safe });
    this.#applied = applied;
    this.#safe = safe;
  }

  async #raiseFence(): Promise<void> {
    const { admin, stream } = this.#options;
    const state = await admin.state(stream);
    if (state === undefined) throw new PredastoreError('metadata-unavailable', `no stream ${stream}`);
    this.#fence = Math.max(this.#fence, state.lastSequence);
  }
}
