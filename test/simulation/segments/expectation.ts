// What a store must hold, as far as its callers know: for every key the states it may be found in.
//
// A key whose commit or delete is under way may be found as before or as after; everything else has one state. Concurrent callers
// of one key take turns (the engine refuses the second commit anyway), so two states are enough.

/** The length of the shard, or `absent`. Its bytes follow from key and length. */
export type ShardState = number | 'absent';

export class Expectation {
  readonly #states = new Map<number, readonly ShardState[]>();
  /** Grows with every change. */
  version = 0;

  of(key: number): readonly ShardState[] {
    return this.#states.get(key) ?? ['absent'];
  }

  /** Every key that was ever touched. */
  keys(): readonly number[] {
    return [...this.#states.keys()];
  }

  /** An operation began that will lead to `state`, unless it does not. */
  begin(key: number, state: ShardState): void {
    this.#set(key, [...this.of(key), state]);
  }

  /** It ended; or somebody looked. */
  settle(key: number, state: ShardState): void {
    this.#set(key, [state]);
  }

  /** It did not happen. */
  restore(key: number, states: readonly ShardState[]): void {
    this.#set(key, states);
  }

  isPresent(key: number): boolean {
    return !this.of(key).includes('absent');
  }

  #set(key: number, states: readonly ShardState[]): void {
    this.#states.set(key, states);
    this.version += 1;
  }
}
