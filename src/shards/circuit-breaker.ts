// Whether a node is worth a call: a state machine without clock or I/O.
//
//   up ──(cannot be opened, or two stalls in a row)──▶ down ──(probe answered)──▶ suspect ──(probe or operation answered)──▶ up
//                                                       ▲                              │
//                                                       └──(cannot be opened, stall)───┘
//
// Invariants:
//   B1. `down`: no operation is admitted. `suspect`: one at a time. `up`: all.
//   B2. Only a probe leads out of `down`: a late answer to an old operation does not.

import type { NodeCondition } from './shard-client.ts';

/** A single stall may be one slow disk write; two in a row are a node that hangs. */
const STALLS_MAX = 2;

export type Admission = 'free' | 'trial' | 'refused';

export class CircuitBreaker {
  readonly #onChange: (condition: NodeCondition) => void;
  #condition: NodeCondition = 'up';
  #stalls = 0;
  #trialRuns = false;

  constructor(onChange: (condition: NodeCondition) => void) {
    this.#onChange = onChange;
  }

  get condition(): NodeCondition {
    return this.#condition;
  }

  /** Asks for permission. Whoever gets `trial` calls `trialEnded` when the operation is over, however it ended. */
  admit(): Admission {
    if (this.#condition === 'up') return 'free';
    if (this.#condition === 'down' || this.#trialRuns) return 'refused';
    this.#trialRuns = true;
    return 'trial';
  }

  trialEnded(): void {
    this.#trialRuns = false;
  }

  /** The node answered an operation, be it with a refusal. */
  answered(): void {
    if (this.#condition === 'down') return;
    this.#stalls = 0;
    this.#become('up');
  }

  probeAnswered(): void {
    // A ping touches no disk: it does not make up for operations that stall.
    if (this.#condition === 'up') return;
    this.#stalls = 0;
    this.#become(this.#condition === 'down' ? 'suspect' : 'up');
  }

  /** No connection or stream could be opened, or a probe failed. */
  unreachable(): void {
    this.#become('down');
  }

  /** An operation made no progress. Says whether the node is now given up. */
  stalled(): boolean {
    this.#stalls += 1;
    if (this.#condition !== 'up' || this.#stalls >= STALLS_MAX) this.#become('down');
    return this.#condition === 'down';
  }

  #become(condition: NodeCondition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    this.#trialRuns = false;
    this.#onChange(condition);
  }
}
