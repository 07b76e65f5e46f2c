// Numbers that are used once: fragment numbers (they make nonces) and shard numbers.
//
// Owns: handing them out below the durable high-water marks. Refuses: knowing what they are used for.
// Invariants:
//   N1. A number is handed out at most once in the life of a data directory, crashes included: after a restart the
//       counters go on at the high-water marks, whatever was really used below them.
//   N2. A number is handed out only after the mark above it is durable and its witness, if there is one, took it.

import { settled } from '../platform/supervise.ts';
import type { StateFile } from './state-file.ts';

/** Numbers reserved by one write of the state: 2^20 fragments are 8 GiB of shards. */
const RESERVATION_WINDOW = 2 ** 20;
/** Left of a window when the next one is asked for, so that nobody waits while the witness is out of reach for a moment. */
const REFILL_BELOW = RESERVATION_WINDOW / 2;

export interface ShardNumbers {
  readonly firstFragment: number;
  readonly shardNumber: number;
}

export class Numbers {
  readonly #state: StateFile;
  #nextFragment: number;
  #nextShard: number;
  /** Numbers below may be handed out. */
  #fragmentLimit: number;
  #shardLimit: number;
  #extending: Promise<void> | undefined;

  constructor(state: StateFile) {
    this.#state = state;
    this.#nextFragment = state.current.fragmentHighWater;
    this.#nextShard = state.current.shardHighWater;
    this.#fragmentLimit = this.#nextFragment;
    this.#shardLimit = this.#nextShard;
  }

  /** `fragments` consecutive fragment numbers and one shard number. Waits only when the window is used up. */
  async take(fragments: number): Promise<ShardNumbers> {
    while (this.#nextFragment + fragments > this.#fragmentLimit || this.#nextShard >= this.#shardLimit) {
      await this.#extend(fragments);
    }
    const numbers = { firstFragment: this.#nextFragment, shardNumber: this.#nextShard };
    this.#nextFragment += fragments;
    this.#nextShard += 1;
    if (
      this.#fragmentLimit - this.#nextFragment < REFILL_BELOW ||
      this.#shardLimit - this.#nextShard < REFILL_BELOW
    ) {
      settled(this.#extend(0), 'whoever needs the numbers asks again and hears of the failure');
    }
    return numbers;
  }

  /** One extension at a time; whoever still lacks numbers afterwards asks again. */
  #extend(fragments: number): Promise<void> {
    this.#extending ??= this.#reserve(fragments).finally(() => (this.#extending = undefined));
    return this.#extending;
  }

  async #reserve(fragments: number): Promise<void> {
    const { fragmentHighWater, shardHighWater } = await this.#state.updateWitnessed((state) => ({
      fragmentHighWater: Math.max(
        state.fragmentHighWater,
        this.#nextFragment + fragments + RESERVATION_WINDOW,
      ),
      shardHighWater: Math.max(state.shardHighWater, this.#nextShard + RESERVATION_WINDOW),
    }));
    this.#fragmentLimit = fragmentHighWater;
    this.#shardLimit = shardHighWater;
  }
}
