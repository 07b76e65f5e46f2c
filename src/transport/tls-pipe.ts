// A TLS socket as a raw pipe.

import type { TLSSocket } from 'node:tls';
import { PredastoreError } from '../core/errors.ts';
import type { RawPipe, RawSink } from './raw-pipe.ts';

/** Before the kernel probes a silent socket. */
const KEEPALIVE_MS = 1_000;

export class TlsPipe implements RawPipe {
  readonly #socket: TLSSocket;
  #error: unknown;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    // Without a listener an error would end the process; it is reported with the 'close' that follows.
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
  }

  start(sink: RawSink): void {
    const socket = this.#socket;
    socket.on('data', (bytes: Buffer) => sink.receive(bytes));
    socket.on('end', () => sink.ended());
    socket.on('close', () =>
      sink.failed(this.#error ?? new PredastoreError('peer-unreachable', 'the socket closed')),
    );
    socket.resume();
    if (socket.destroyed) sink.failed(new PredastoreError('peer-unreachable', 'the socket closed early'));
  }

  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    this.#socket.write(bytes, done);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
