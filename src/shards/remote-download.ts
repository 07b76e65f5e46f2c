// A range of a shard on its way from a remote node, pulled by its reader.
//
// Invariants:
//   D1. Exactly the range, or a throw: the end is checked before the last portion is handed out.
//   D2. One portion is in our hands at a time; everything else waits behind the credit of the stream.
//   D3. Cancelled, failed or complete, the stream is let go of at once.

import { PredastoreError } from '../core/errors.ts';
import type { Exchange } from './exchange.ts';
import { NO_MORE_BYTES, pulledBytes } from './pulled-bytes.ts';
import type { RemoteOperation } from './remote-operation.ts';
import type { ShardDownload } from './shard-client.ts';

export class RemoteDownload implements ShardDownload {
  readonly lengthBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly #operation: RemoteOperation;
  readonly #exchange: Exchange;
  #remaining: number;
  #failure: PredastoreError | undefined;

  constructor(
    operation: RemoteOperation,
    exchange: Exchange,
    size: { readonly shardBytes: number; readonly rangeBytes: number },
  ) {
    this.#operation = operation;
    this.#exchange = exchange;
    this.lengthBytes = size.shardBytes;
    this.#remaining = size.rangeBytes;
    this.bytes = pulledBytes({ next: () => this.#next(), cancel: () => this.cancel() });
  }

  cancel(): void {
    if (this.#operation.ended) return;
    this.#failure = this.#operation.fail(new PredastoreError('cancelled', 'the download was given up'));
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#remaining === 0) return NO_MORE_BYTES;
    try {
      const value = await this.#exchange.portion(this.#remaining);
      this.#remaining -= value.length;
      if (this.#remaining === 0) await this.complete();
      return { done: false, value };
    } catch (error) {
      this.#failure ??= this.#operation.fail(error);
      throw this.#failure;
    }
  }

  /** Checks the end of the stream and lets go of it. */
  async complete(): Promise<void> {
    await this.#exchange.expectEnd();
    this.#operation.succeed('ok');
  }
}
