// The shards of one read plan on their way to being open.
//
// Invariants:
//   P1. A session exists when every shard of the plan is open; when one cannot be opened the others are let go.
//   P2. Whoever is given up is cancelled as soon as it opens: nothing is left running for nobody.

import { SHARD_READ_STALL_MS } from '../core/limits.ts';
import { settledWithin, type Clock } from '../platform/clock.ts';
import type { PeerPace } from '../shards/peer-pace.ts';
import type { ReadPlan } from './read-plan.ts';
import type { ShardSource } from './shard-source.ts';

export interface Session {
  readonly plan: ReadPlan;
  readonly sources: readonly ShardSource[];
}

/** A portion in the middle of a shard has this many times the hedge delay: it waits for a disk, not only for an answer. */
const STALL_FACTOR = 4;
const STALL_MIN_MS = 200;

/** How long the next bytes of an open shard may take before another shard is read instead. */
export function stallOf(pace: PeerPace): number {
  return Math.min(SHARD_READ_STALL_MS, Math.max(STALL_MIN_MS, pace.hedgeDelayMs * STALL_FACTOR));
}

export interface OpeningSource {
  readonly index: number;
  readonly pace: PeerPace;
  /** `undefined`: it cannot be opened. Never rejects. */
  readonly opening: Promise<ShardSource | undefined>;
}

export class PlanOpening {
  /** `undefined` when a shard of the plan could not be opened. */
  readonly session: Promise<Session | undefined>;
  readonly #sources: readonly OpeningSource[];
  readonly #clock: Clock;
  readonly #waiting: Set<number>;

  constructor(plan: ReadPlan, sources: readonly OpeningSource[], clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
    this.#waiting = new Set(sources.map(({ index }) => index));
    this.session = this.#open(plan);
  }

  /** Waits until the plan is decided or its hedge delay is over; the shards that are not open by then. */
  async lateOnes(): Promise<readonly number[]> {
    const delayMs = Math.max(0, ...this.#sources.map(({ pace }) => pace.hedgeDelayMs));
    await settledWithin(this.#clock, delayMs, this.session);
    return [...this.#waiting];
  }

  /** Lets go of everything, unless it became the session that is used. */
  giveUpUnless(winner: Session): void {
    void this.session.then((session) => {
      if (session !== winner) session?.sources.forEach((source) => source.cancel());
    });
  }

  async #open(plan: ReadPlan): Promise<Session | undefined> {
    const opened = await Promise.all(
      this.#sources.map(async ({ index, opening }) => {
        const source = await opening;
        this.#waiting.delete(index);
        return source;
      }),
    );
    const sources = opened.filter((source) => source !== undefined);
    if (sources.length === plan.sources.length) return { plan, sources };
    sources.forEach((source) => source.cancel());
    return undefined;
  }
}

/** The first of two that is complete; `undefined` when neither will be. */
export function firstSession(
  first: Promise<Session | undefined>,
  second: Promise<Session | undefined>,
): Promise<Session | undefined> {
  return new Promise((resolve) => {
    let left = 2;
    const settle = (session: Session | undefined): void => {
      left -= 1;
      if (session !== undefined || left === 0) resolve(session);
    };
    void first.then(settle);
    void second.then(settle);
  });
}
