// Bytes whose source is opened by the first read: a body that nobody reads costs nobody anything.

/** Iterated once. */
export class LazyBytes implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #open: () => Promise<AsyncIterator<Uint8Array>>;
  readonly #decline: () => void;
  #opening: Promise<AsyncIterator<Uint8Array>> | undefined;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #declined = false;

  /** `decline` is called instead of `open` when the reader stops before its first read. */
  constructor(open: () => Promise<AsyncIterator<Uint8Array>>, decline: () => void) {
    this.#open = open;
    this.#decline = decline;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return this.#iterator === undefined ? this.#first() : this.#iterator.next();
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#opening !== undefined) {
      const iterator = await this.#opening;
      await iterator.return?.();
    } else if (!this.#declined) {
      this.#declined = true;
      this.#decline();
    }
    return { done: true, value: undefined };
  }

  async #first(): Promise<IteratorResult<Uint8Array>> {
    if (this.#declined) return { done: true, value: undefined };
    this.#opening ??= this.#open();
    this.#iterator = await this.#opening;
    return this.#iterator.next();
  }
}
