// Bounds how long we wait for the other end, by progress.
//
// Owns: one lazily armed timer per operation. Refuses: what a stall means (its `onStall` says).
// Invariants:
//   I1. Only time spent waiting counts: a slow caller of ours never makes a peer look stalled.
//   I2. Waiting is forgiven when SHARD_PROGRESS_BYTES have moved or a step is complete, so that dripping does not help.
//   I3. `onStall` is called at most once, and never after `close`.

import { SHARD_PROGRESS_BYTES } from '../core/limits.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** When bytes last moved, shared by all operations on one connection. */
export interface Pulse {
  lastMs: number;
}

export interface IdleWatchSettings {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly onStall: () => void;
  readonly pulse?: Pulse;
}

export class IdleWatch {
  readonly #clock: Clock;
  readonly #onStall: () => void;
  readonly #pulse: Pulse | undefined;
  #limitMs: number;
  #timer: Timer | undefined;
  #waiting = false;
  #closed = false;
  #sinceMs = 0;
  #waitedMs = 0;
  #movedBytes = 0;

  constructor(settings: IdleWatchSettings) {
    this.#clock = settings.clock;
    this.#limitMs = settings.limitMs;
    this.#onStall = settings.onStall;
    this.#pulse = settings.pulse;
  }

  /** Waiting for the peer starts. */
  begin(): void {
    if (this.#closed) return;
    this.#sinceMs = this.#clock.monotonicMs();
    this.#waiting = true;
    if (this.#timer === undefined) this.#arm(this.#limitMs - this.#waitedMs);
  }

  /** Waiting is over, and so many bytes have moved. */
  end(movedBytes: number): void {
    this.#waiting = false;
    const nowMs = this.#clock.monotonicMs();
    this.#waitedMs += nowMs - this.#sinceMs;
    if (movedBytes === 0) return;
    if (this.#pulse !== undefined) this.#pulse.lastMs = nowMs;
    this.#movedBytes += movedBytes;
    if (this.#movedBytes >= SHARD_PROGRESS_BYTES) this.step();
  }

  /** A step of the protocol is complete: what was waited so far is forgiven, and from now on `limitMs` holds. */
  step(limitMs = this.#limitMs): void {
    this.#limitMs = limitMs;
    this.#waitedMs = 0;
    this.#movedBytes = 0;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(Math.max(1, Math.ceil(delayMs)), () => this.#check());
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#closed || !this.#waiting) return;
    const leftMs = this.#limitMs - this.#waitedMs - (this.#clock.monotonicMs() - this.#sinceMs);
    if (leftMs > 0) {
      this.#arm(leftMs);
      return;
    }
    this.close();
    this.#onStall();
  }
}
