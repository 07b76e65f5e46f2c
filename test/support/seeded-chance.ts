// Chance that can be had again: one seed, one sequence (sfc32). For schedules of faults and for simulated histories.

export class SeededChance {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    let hash = 0x811c9dc5;
    for (const character of String(seed)) {
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    }
    this.#a = hash | 0;
    this.#b = Math.imul(hash, 0x9e3779b9) | 0;
    this.#c = Math.imul(hash, 0x85ebca6b) | 0;
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  /** A sequence of its own, which stays the same whatever else is drawn from this one afterwards. */
  fork(name: string): SeededChance {
    return new SeededChance(`${name}/${this.#next()}`);
  }

  /** 0 ≤ x < 1 */
  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** least ≤ n ≤ most */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const chosen = from[Math.floor(this.fraction() * from.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  }

  /** A copy in another order. */
  shuffled<T>(from: readonly T[]): T[] {
    const copy = [...from];
    for (let at = copy.length - 1; at > 0; at -= 1) {
      const other = this.integer(0, at);
      const held = copy[at] as T;
      copy[at] = copy[other] as T;
      copy[other] = held;
    }
    return copy;
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.#next() & 0xff;
    return bytes;
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
}
