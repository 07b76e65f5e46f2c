// The coalesced read barrier: one append in flight, one waiting, however many callers there are.
//
// A caller that arrives while an append is in flight must not share it (it may have been ordered before a commit that the
// caller already knows of); everybody who arrives meanwhile shares the next one.

export class Barrier {
  readonly #mark: () => Promise<number>;
  #inFlight: Promise<number> | undefined;
  #next: Promise<number> | undefined;

  /** `mark` appends to the stream and returns the sequence. */
  constructor(mark: () => Promise<number>) {
    this.#mark = mark;
  }

  /** A sequence above that of every commit acknowledged, anywhere, before this call. */
  pass(): Promise<number> {
    if (this.#inFlight === undefined) return this.#start();
    this.#next ??= this.#startAfter(this.#inFlight);
    return this.#next;
  }

  async #startAfter(previous: Promise<number>): Promise<number> {
    try {
      await previous;
    } catch {
      // Its own callers are told; this one makes its own try.
    }
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<number> {
    const mark = this.#mark().finally(() => {
      if (this.#inFlight === mark) this.#inFlight = undefined;
    });
    this.#inFlight = mark;
    return mark;
  }
}
