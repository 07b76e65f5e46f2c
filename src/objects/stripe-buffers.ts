// Buffers that stripes are built in, used again.
//
// A fresh buffer per stripe lies outside the JavaScript heap and drives the collector: writing 25 MiB/s, the node asked spent a third
// of its CPU in two full collections a second (docs/benchmarks.md).
//
// Owns: the idle buffers. Refuses: knowing when a buffer is free (write-blob.ts does). One that is never given back is only lost to
// the pool.

/** 12 MiB of (2,1) stripes kept at most; what a burst took beyond goes to the collector. */
const IDLE_BUFFERS_MAX = 64;

export class StripeBuffers {
  readonly #idle: Buffer[] = [];
  #lengthBytes = 0;

  /** A buffer of at least `lengthBytes` with anything in it. All calls of one cluster ask for few lengths: the last long one is kept. */
  take(lengthBytes: number): Buffer {
    if (lengthBytes > this.#lengthBytes) {
      this.#lengthBytes = lengthBytes;
      this.#idle.length = 0;
    }
    // A short stripe is not worth a long buffer.
    if (lengthBytes * 2 < this.#lengthBytes) return Buffer.allocUnsafeSlow(lengthBytes);
    return this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#lengthBytes);
  }

  /** Nobody reads or writes the buffer any more. */
  give(buffer: Buffer): void {
    if (buffer.length === this.#lengthBytes && this.#idle.length < IDLE_BUFFERS_MAX) this.#idle.push(buffer);
  }
}
