// How fast a node answers reads, and when it is time to ask another one as well. Slow is not dead: this decides preferences,
// the circuit breaker decides admission.
//
// Owns: the latest latencies of one node. Refuses: time (callers measure) and asking anybody.
// Invariants:
//   A1. The hedge delay follows the live 95th percentile and stays between HEDGE_MIN_MS and HEDGE_MAX_MS.
//   A2. Hedges are at most a tenth of the answers, plus one a second: when everything is slow, asking twice does not help.
//   A3. A slow node is tried again every TRIAL_MS; one answer makes it an ordinary one.
//   A4. That a node is late is forgotten FORGET_MS after its last answer: a node that is avoided for it gives no new ones.

import { SHARD_READ_STALL_MS } from '../core/limits.ts';

const SAMPLES = 128;
/** The percentile is computed anew after so many answers. */
const REFRESH = 16;
/** Below this a hedge would chase the scheduler. */
const HEDGE_MIN_MS = 25;
const HEDGE_MAX_MS = SHARD_READ_STALL_MS;
/** Before anything is known of a node. */
const HEDGE_UNKNOWN_MS = 250;
const HEDGE_FACTOR = 3;
/** Unanswered hedges in a row that make a node a slow one. */
const SLOW_AFTER = 3;
const TRIAL_MS = 1_000;
/** Rare enough to cost a node that is always slow little; a node that was busy for a moment is soon back among the others. */
const FORGET_MS = 5_000;
const BUDGET_MAX = 20;
const BUDGET_PER_ANSWER = 0.1;

export class PeerPace {
  readonly #samples = new Float64Array(SAMPLES);
  #count = 0;
  #p50Ms = 0;
  #p95Ms = 0;
  #answeredMs = -Infinity;
  #unanswered = 0;
  #triedMs = -Infinity;
  #budget = BUDGET_MAX;
  #budgetMs = 0;

  /** A read was answered after so long, just now. */
  answered(tookMs: number, nowMs: number): void {
    if (this.#isForgotten(nowMs)) this.#count = 0;
    this.#answeredMs = nowMs;
    this.#samples[this.#count % SAMPLES] = tookMs;
    this.#count += 1;
    this.#unanswered = 0;
    this.#budget = Math.min(BUDGET_MAX, this.#budget + BUDGET_PER_ANSWER);
    if (this.#count % REFRESH === 0 || this.#count === 1) this.#refresh();
  }

  /** Whether a read that waits for this node may ask another one; counts it when it may. */
  hedge(nowMs: number): boolean {
    this.#budget = Math.min(BUDGET_MAX, this.#budget + Math.max(0, nowMs - this.#budgetMs) / 1_000);
    this.#budgetMs = nowMs;
    if (this.#budget < 1) return false;
    this.#budget -= 1;
    this.#unanswered += 1;
    return true;
  }

  /** How long to wait for an answer before another node is asked as well. */
  get hedgeDelayMs(): number {
    if (this.#count === 0) return HEDGE_UNKNOWN_MS;
    return Math.min(HEDGE_MAX_MS, Math.max(HEDGE_MIN_MS, this.#p95Ms * HEDGE_FACTOR));
  }

  /** Usual time to an answer; undefined when nothing is known, or not any more. */
  medianMs(nowMs: number): number | undefined {
    return this.#isForgotten(nowMs) ? undefined : this.#p50Ms;
  }

  /** Others are to be asked first. Says no once in a while, so that somebody finds out whether it still is. */
  isSlow(nowMs: number): boolean {
    if (this.#unanswered < SLOW_AFTER) return false;
    if (nowMs - this.#triedMs < TRIAL_MS) return true;
    this.#triedMs = nowMs;
    return false;
  }

  #isForgotten(nowMs: number): boolean {
    return nowMs - this.#answeredMs >= FORGET_MS;
  }

  #refresh(): void {
    const sorted = this.#samples.slice(0, Math.min(this.#count, SAMPLES)).sort();
    this.#p50Ms = sorted[Math.floor(sorted.length * 0.5)] ?? 0;
    this.#p95Ms = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  }
}
