// Numbers that are used once: fragment numbers (they make nonces) and shard numbers.
//
// Owns: handing them out below the durable high-water marks. Refuses: knowing what they are used for.
// Invariants:
//   N1. A number is handed out at most once in the life of a data directory, crashes included: after a restart the
//       counters go on at the high-water marks, whatever was really used below them.

import type { StateFile } from './state-file.ts';

/** Numbers reserved by one write of the state: 2^20 fragments are 8 GiB of shards. */
const RESERVATION_WINDOW = 2 ** 20;

export interface ShardNumbers {
  readonly firstFragment: number;
  readonly shardNumber: number;
}

export class Numbers {
  readonly #state: StateFile;
  #nextFragment: number;
  #nextShard: number;
  #extending: Promise<void> | undefined;

  constructor(state: StateFile) {
    this.#state = state;
    this.#nextFragment = state.current.fragmentHighWater;
    this.#nextShard = state.current.shardHighWater;
  }

  /** `fragments` consecutive fragment numbers and one shard number. Waits only when the window is used up. */
  async take(fragments: number): Promise<ShardNumbers> {
    for (;;) {
      const { fragmentHighWater, shardHighWater } = this.#state.current;
      if (this.#nextFragment + fragments <= fragmentHighWater && this.#nextShard < shardHighWater) {
        const numbers = { firstFragment: this.#nextFragment, shardNumber: this.#nextShard };
        this.#nextFragment += fragments;
        this.#nextShard += 1;
        return numbers;
      }
      await this.#extend(fragments);
    }
  }

  /** One extension at a time; whoever still lacks numbers afterwards asks again. */
  async #extend(fragments: number): Promise<void> {
    this.#extending ??= this.#reserve(fragments).finally(() => (this.#extending = undefined));
    await this.#extending;
  }

  async #reserve(fragments: number): Promise<void> {
    await this.#state.update((state) => ({
      fragmentHighWater: Math.max(
        state.fragmentHighWater,
        this.#nextFragment + fragments + RESERVATION_WINDOW,
      ),
      shardHighWater: Math.max(state.shardHighWater, this.#nextShard + RESERVATION_WINDOW),
    }));
  }
}
