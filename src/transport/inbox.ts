// Portions that have arrived on a stream and wait for their reader.
//
// Portions are kept as they came, without a copy. Once several wait, small ones are put together, because a view of
// 100 bytes keeps its whole buffer alive and a million of them would cost far more memory than the credit allows for.

/** Below this a portion is copied into the shared tail … */
const SMALL_BYTES = 2048;
/** … unless so few wait that their overhead does not matter. */
const FEW = 8;
const TAIL_BYTES = 16 * 1024;

export class Inbox {
  readonly #portions: Uint8Array[] = [];
  #tail: Buffer | undefined;
  #tailBytes = 0;
  #bytes = 0;

  /** Bytes waiting. */
  get bytes(): number {
    return this.#bytes;
  }

  push(portion: Uint8Array): void {
    this.#bytes += portion.length;
    if (portion.length >= SMALL_BYTES || (this.#tail === undefined && this.#portions.length < FEW)) {
      this.#sealTail();
      this.#portions.push(portion);
      return;
    }
    if (this.#tailBytes + portion.length > TAIL_BYTES) this.#sealTail();
    this.#tail ??= Buffer.allocUnsafeSlow(TAIL_BYTES);
    this.#tail.set(portion, this.#tailBytes);
    this.#tailBytes += portion.length;
  }

  /** The next portion, or undefined when nothing waits. */
  shift(): Uint8Array | undefined {
    if (this.#bytes === 0) return undefined;
    if (this.#portions.length === 0) this.#sealTail();
    const portion = this.#portions.shift();
    this.#bytes -= portion?.length ?? 0;
    return portion;
  }

  clear(): void {
    this.#portions.length = 0;
    this.#tail = undefined;
    this.#tailBytes = 0;
    this.#bytes = 0;
  }

  #sealTail(): void {
    if (this.#tail === undefined) return;
    this.#portions.push(this.#tail.subarray(0, this.#tailBytes));
    this.#tail = undefined;
    this.#tailBytes = 0;
  }
}
