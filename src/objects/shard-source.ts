// One shard of a read: bytes in portions of exactly the size that the stripe arithmetic asks for.

import { PredastoreError, wrapError } from '../core/errors.ts';
import { within, type Clock } from '../platform/clock.ts';
import type { ShardDownload } from '../shards/shard-client.ts';

export class ShardSource {
  readonly index: number;
  readonly #download: ShardDownload;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #clock: Clock;
  /** How long the next bytes may take before another shard is read instead. */
  readonly #stallMs: number;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(index: number, download: ShardDownload, timing: { clock: Clock; stallMs: number }) {
    this.index = index;
    this.#download = download;
    this.#chunks = download.bytes[Symbol.asyncIterator]();
    this.#clock = timing.clock;
    this.#stallMs = timing.stallMs;
  }

  /** The next bytes, at least one and at most `limitBytes`, in the portions they arrive in. */
  async some(limitBytes: number): Promise<Uint8Array> {
    if (this.#rest.length === 0) this.#rest = await this.#next();
    const part = this.#rest.length <= limitBytes ? this.#rest : this.#rest.subarray(0, limitBytes);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  /** Exactly `lengthBytes` bytes; not copied when they arrived in one portion. */
  async exactly(lengthBytes: number): Promise<Uint8Array> {
    if (lengthBytes === 0) return new Uint8Array(0);
    const first = await this.some(lengthBytes);
    if (first.length === lengthBytes) return first;
    const whole = Buffer.allocUnsafeSlow(lengthBytes);
    whole.set(first);
    for (let filled = first.length; filled < lengthBytes;) {
      const part = await this.some(lengthBytes - filled);
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  cancel(): void {
    this.#download.cancel();
  }

  async #next(): Promise<Uint8Array> {
    const stalled = (): Error => new PredastoreError('peer-stalled', `shard ${this.index} stalls`);
    try {
      for (;;) {
        const step = await within(this.#clock, this.#stallMs, this.#chunks.next(), stalled);
        if (step.done === true)
          throw new PredastoreError('peer-protocol', `shard ${this.index} is shorter than promised`);
        if (step.value.length > 0) return step.value;
      }
    } catch (error) {
      throw wrapError('peer-unreachable', `shard ${this.index}`, error);
    }
  }
}
