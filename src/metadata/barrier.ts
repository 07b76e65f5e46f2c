// The coalesced read barrier: one question to the stream in flight, one waiting, however many callers there are.
//
// A caller that arrives while a question is in flight must not share it (it may have been answered before a commit that the
// caller already knows of); everybody who arrives meanwhile shares the next one.

/** `Answer`: what the stream says of itself, usually a sequence. */
export class Barrier<Answer = number> {
  readonly #mark: () => Promise<Answer>;
  #inFlight: Promise<Answer> | undefined;
  #next: Promise<Answer> | undefined;

  /** `mark` asks the stream leader, or appends to the stream. */
  constructor(mark: () => Promise<Answer>) {
    this.#mark = mark;
  }

  /** An answer given after this call: it covers every commit acknowledged, anywhere, before. */
  pass(): Promise<Answer> {
    if (this.#inFlight === undefined) return this.#start();
    this.#next ??= this.#startAfter(this.#inFlight);
    return this.#next;
  }

  async #startAfter(previous: Promise<Answer>): Promise<Answer> {
    try {
      await previous;
    } catch {
      // Its own callers are told; this one makes its own try.
    }
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<Answer> {
    const mark = this.#mark().finally(() => {
      if (this.#inFlight === mark) this.#inFlight = undefined;
    });
    this.#inFlight = mark;
    return mark;
  }
}
