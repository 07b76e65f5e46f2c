// A QUIC stream as a raw pipe.

import { assert } from '../core/assert.ts';
import { settled } from '../platform/supervise.ts';
import type { AddonStream } from './quic-addon.ts';
import type { RawPipe, RawSink } from './raw-pipe.ts';

/** The addon zero-fills this much for every call: 64 KiB was fastest, 1 MiB less than half as fast. */
const READ_BYTES = 64 * 1024;

export class QuicPipe implements RawPipe {
  readonly #stream: AddonStream;
  #sink: RawSink | undefined;
  #finished = false;
  #destroyed = false;

  constructor(stream: AddonStream) {
    this.#stream = stream;
  }

  start(sink: RawSink): void {
    this.#sink = sink;
    this.#readMore();
  }

  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    this.#stream.write(bytes).then(() => done(), done);
  }

  end(): void {
    if (this.#finished) return;
    this.#finished = true;
    settled(this.#stream.finishWrite(), 'the reader of the same stream learns of a dead connection');
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    const why = 'both wait for a call under way, which ends at the latest with the connection';
    if (!this.#finished) settled(this.#stream.resetWrite(), why);
    settled(this.#stream.stopRead(), why);
  }

  // Reading goes on to the very end even when nobody listens any more: only then is the stream's slot free again.
  #readMore(): void {
    this.#stream.read(READ_BYTES).then(this.#onRead, this.#onFailure);
  }

  readonly #onRead = (bytes: Uint8Array | null): void => {
    assert(this.#sink !== undefined, 'a started pipe has a sink');
    if (bytes === null) {
      this.#sink.ended();
      return;
    }
    this.#sink.receive(bytes);
    if (!this.#destroyed) this.#readMore();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#sink?.failed(error);
  };
}
