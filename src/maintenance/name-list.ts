// Names that an operator should look at: all are counted, the first so many are kept.

const NAMES_MAX = 1_000;

export interface NamedKeys {
  readonly count: number;
  /** `bucket/key`; of a version: `bucket/key?versionId=…`. */
  readonly names: readonly string[];
}

export class NameList implements NamedKeys {
  #count = 0;
  readonly #names: string[] = [];

  get count(): number {
    return this.#count;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  add(name: string): void {
    this.#count += 1;
    if (this.#names.length < NAMES_MAX) this.#names.push(name);
  }

  toJSON(): NamedKeys {
    return { count: this.#count, names: this.#names };
  }
}
