// The bytes of a download as its reader pulls them.

/** What a source answers when it has no more. */
export const NO_MORE_BYTES: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

export interface ByteSource {
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  /** The reader has had enough. */
  cancel(): void;
}

/** For one reader. Written out instead of an async generator, which would add promises to every portion. */
export function pulledBytes(source: ByteSource): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () => source.next(),
    return: () => {
      source.cancel();
      return Promise.resolve(NO_MORE_BYTES);
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
