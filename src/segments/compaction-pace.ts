// How fast compaction goes: steps of moving, and a rest after each.
//
// Owns: the length of the rests. Refuses: what is moved.
// Invariants:
//   D1. It never stands still: under any load a step is followed by a rest in proportion to what the step took, and then by the
//       next step.
//   D2. A disk that runs full comes before its users: the fuller, the less rest; one that refuses writes is emptied without any.

import type { Clock } from '../platform/clock.ts';
import type { Pressure } from './free-space.ts';

export interface CompactionSettings {
  /** Pause between two passes; a disk that runs full does not wait for it. Zero: only then. */
  readonly intervalMs: number;
  /** Bytes of extents moved per second at most, unless the disk is full. */
  readonly bytesPerS: number;
}

export interface PaceParts {
  readonly clock: Clock;
  readonly pressure: () => Pressure;
  /** Appends and reads that were begun so far. */
  readonly foreground: () => number;
  /** Absent: never a rest. */
  readonly settings: CompactionSettings | undefined;
}

/**
 * The part of the time that is spent moving. Beside others a step takes longer, so that the rests grow with the load too: what is
 * moved costs the appends about as much as this part (docs/benchmarks.md).
 */
const DUTY_BESIDE_OTHERS = 0.08;
/** Nobody else asked for anything since the step before; and under pressure, whoever asks. */
const DUTY_ALONE = 0.5;

export class CompactionPace {
  readonly #parts: PaceParts;
  #begunMs = 0;
  #foregroundBefore = 0;
  #isHurried = false;
  /** Ends the rest that is under way. */
  #resting: AbortController | undefined;

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** No rest from now on, and the end of a running one. */
  hurry(): void {
    this.#isHurried = true;
    this.#resting?.abort();
  }

  /** Back to the usual pace. */
  calm(): void {
    this.#isHurried = false;
  }

  /** The first step begins. */
  begin(): void {
    this.#begunMs = this.#parts.clock.monotonicMs();
  }

  /** Rests after a step that wrote `bytes`; the next one begins when it resolves. */
  async rest(bytes: number): Promise<void> {
    const { clock, foreground } = this.#parts;
    const restMs = this.#restMs(bytes);
    this.#foregroundBefore = foreground();
    if (restMs > 0 && !this.#isHurried) {
      this.#resting = new AbortController();
      await clock.sleep(restMs, this.#resting.signal);
      this.#resting = undefined;
    }
    this.begin();
  }

  #restMs(bytes: number): number {
    const { clock, settings, pressure } = this.#parts;
    if (settings === undefined || pressure() === 'full') return 0;
    const tookMs = clock.monotonicMs() - this.#begunMs;
    const atRateMs = (bytes / settings.bytesPerS) * 1000;
    return Math.max(tookMs / this.#duty(), atRateMs) - tookMs;
  }

  #duty(): number {
    const { pressure, foreground } = this.#parts;
    const isAlone = foreground() === this.#foregroundBefore;
    return isAlone || pressure() !== 'none' ? DUTY_ALONE : DUTY_BESIDE_OTHERS;
  }
}
