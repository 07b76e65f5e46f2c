// Latencies in buckets of constant relative width: 64 steps per power of two, under 1.6 % error, 14 KiB for any run.

const STEPS = 64;
const POWERS = 34;

export class Histogram {
  readonly #counts = new Uint32Array(STEPS * POWERS);
  #total = 0;
  #maxUs = 0;

  get count(): number {
    return this.#total;
  }

  get maxMs(): number {
    return this.#maxUs / 1000;
  }

  record(us: number): void {
    this.#total += 1;
    this.#maxUs = Math.max(this.#maxUs, us);
    const slot = Math.min(slotOf(Math.max(1, Math.floor(us))), this.#counts.length - 1);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** The latency in milliseconds that `fraction` of all requests did not exceed. */
  percentileMs(fraction: number): number {
    let left = Math.ceil(this.#total * fraction);
    for (let slot = 0; slot < this.#counts.length; slot += 1) {
      left -= this.#counts[slot] ?? 0;
      if (left <= 0) return startOf(slot) / 1000;
    }
    return this.maxMs;
  }
}

function slotOf(us: number): number {
  const power = Math.floor(Math.log2(us));
  if (power < 6) return us;
  return (power - 5) * STEPS + Math.floor(us / 2 ** (power - 6)) - STEPS;
}

function startOf(slot: number): number {
  if (slot < STEPS) return slot;
  const power = Math.floor(slot / STEPS) + 5;
  return ((slot % STEPS) + STEPS) * 2 ** (power - 6);
}
