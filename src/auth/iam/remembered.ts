// Readings that are remembered: a crowd that asks at once reads once, and a reading that fails is forgotten.

/** At most `max`; the ones remembered first go first. */
export class Remembered<Value> {
  readonly #readings = new Map<string, Promise<Value>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): Promise<Value> | undefined {
    return this.#readings.get(key);
  }

  set(key: string, reading: Promise<Value>): void {
    if (this.#readings.size >= this.#max) {
      const oldest = this.#readings.keys().next();
      if (oldest.done !== true) this.#readings.delete(oldest.value);
    }
    this.#readings.set(key, reading);
    reading.catch(() => {
      // Whoever waits for it hears of it; the next one asks anew.
      if (this.#readings.get(key) === reading) this.#readings.delete(key);
    });
  }

  delete(key: string): void {
    this.#readings.delete(key);
  }

  clear(): void {
    this.#readings.clear();
  }
}
