// Whether a gateway lives, as somebody outside sees it: a probe that needs nothing but its process is answered again and again.
//
// It is the clock by which stalls are judged: a request may take as long as its gateway is frozen, dead or starved of CPU, and as short a
// time as promised of what remains. A busy machine slows both alike, so that the bound holds on it too.

import { systemClock } from '../../../src/platform/clock.ts';
import type { S3Wire } from './s3-wire.ts';

const INTERVAL_MS = 250;

export class Pulse {
  readonly #wire: S3Wire;
  #beats = 0;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(wire: S3Wire) {
    this.#wire = wire;
  }

  /** How long the gateway has been seen to live: milliseconds, each answered probe stands for the pause before the next one. */
  get livedMs(): number {
    return this.#beats * INTERVAL_MS;
  }

  start(): void {
    this.#running = this.#beat();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #beat(): Promise<void> {
    while (!this.#stopping) {
      const probe = this.#wire.send({ method: 'GET', path: '/-/healthz' });
      const isAlive = await probe.then(
        ({ status }) => status === 200,
        () => false, // dead or frozen: no time passes
      );
      if (isAlive) this.#beats += 1;
      await systemClock.sleep(INTERVAL_MS);
    }
  }
}
