// A raw pipe under the test's own hand: what a lane writes is recorded, what the test pushes arrives.

import type { RawPipe, RawSink } from '../../src/transport/raw-pipe.ts';

export class ScriptPipe implements RawPipe {
  readonly written: Buffer[] = [];
  ended = false;
  destroyed = false;
  /** While true, writes are not acknowledged. */
  stuck = false;
  #sink: RawSink | undefined;
  #pending: (() => void) | undefined;

  start(sink: RawSink): void {
    this.#sink = sink;
  }

  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    if (this.#pending !== undefined) throw new Error('two raw writes at once');
    this.written.push(Buffer.from(bytes));
    this.#pending = (): void => {
      this.#pending = undefined;
      done();
    };
    if (!this.stuck) queueMicrotask(() => this.#pending?.());
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  push(...parts: Uint8Array[]): void {
    for (const part of parts) this.#sink?.receive(part);
  }

  pushEnd(): void {
    this.#sink?.ended();
  }

  unstick(): void {
    this.stuck = false;
    this.#pending?.();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.written);
  }
}
