// Gives the space of dead shards back: what is alive in a mostly dead segment moves elsewhere, then the segment goes.
//
// Owns: when to look, which segments, how fast. Refuses: how shards move (shard-mover.ts), unlinking (segment-set.ts).
// Invariants:
//   P1. Candidates are below LIVE_FRACTION_MIN, take no more extents and have no writer. The active ones are never among them.
//   P2. A pass that is interrupted anywhere leaves dead copies at worst; the next pass begins from what the index says.
//   P3. A segment that cannot be emptied is set aside for a while and never keeps the others from their turn.

import { PredastoreError, messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { supervise } from '../platform/supervise.ts';
import type { Pressure } from './free-space.ts';
import { CompactionPace, type CompactionSettings } from './compaction-pace.ts';
import type { OpenWriters } from './open-writers.ts';
import type { Segment } from './segment.ts';
import type { SegmentSet } from './segment-set.ts';
import type { MoveCount, ShardMover } from './shard-mover.ts';
import type { CompactionReport } from './shard-store.ts';
import type { StoreMetrics } from './store-metrics.ts';

export interface CompactorParts {
  readonly segments: SegmentSet;
  readonly mover: ShardMover;
  readonly writers: OpenWriters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: StoreMetrics;
  readonly pressure: () => Pressure;
  /** Appends and reads that were begun so far. */
  readonly foreground: () => number;
  /** Absent: only when `run` is called. */
  readonly settings: CompactionSettings | undefined;
}

/** A segment is worth emptying when less of it than this is alive: moving 70 % frees 30 %. */
const LIVE_FRACTION_MIN = 0.7;
/** Under pressure an active segment is given up for a dead part of this size. */
const ROLL_UNDER_PRESSURE_BYTES = 1024 * 1024;
/** Between two passes that pressure asks for: each look costs little, but a full disk asks with every write. */
const KICK_PAUSE_MS = 10_000;
/** A segment with shards that cannot be moved is tried again after this long: repair may have replaced them. */
const SET_ASIDE_MS = 3_600_000;

export class Compactor {
  readonly #parts: CompactorParts;
  readonly #stopping = new AbortController();
  readonly #pace: CompactionPace;
  /** Segments that could not be emptied, and when they may be tried again. */
  readonly #setAside = new Map<number, number>();
  #pass: Promise<CompactionReport> | undefined;
  #loop: Promise<void> = Promise.resolve();
  #wake = new AbortController();
  #kickableAtMs = -Infinity;

  constructor(parts: CompactorParts) {
    this.#parts = parts;
    this.#pace = new CompactionPace(parts);
  }

  /** Begins looking by itself, when the settings say so. */
  start(): void {
    const { settings, logger } = this.#parts;
    if (settings === undefined) return;
    this.#loop = this.#runLoop(settings);
    supervise(this.#loop, logger, 'compaction');
  }

  /** The disk runs full: look now, unless that was done a moment ago. */
  kick(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs < this.#kickableAtMs) return;
    this.#kickableAtMs = nowMs + KICK_PAUSE_MS;
    this.#wake.abort();
  }

  /** One pass over all candidates without a rest; concurrent callers share it, and a pass that is under way does not rest any more. */
  run(): Promise<CompactionReport> {
    this.#pace.hurry();
    return this.#sharedPass();
  }

  #sharedPass(): Promise<CompactionReport> {
    this.#pass ??= this.#runPass().finally(() => {
      this.#pass = undefined;
      this.#pace.calm();
    });
    return this.#pass;
  }

  /** Ends within one step of moving. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    this.#pace.hurry();
    await this.#loop;
    await this.#pass?.catch(() => undefined);
  }

  async #runLoop({ intervalMs }: CompactionSettings): Promise<void> {
    const { clock, logger } = this.#parts;
    const pauseMs = intervalMs === 0 ? Number.MAX_SAFE_INTEGER : intervalMs;
    for (;;) {
      await this.#sleep(pauseMs, clock);
      if (this.#isStopping()) return;
      try {
        await this.#sharedPass();
      } catch (error) {
        if (this.#isStopping()) return;
        logger.error('a pass of compaction failed', { reason: messageOf(error) });
      }
    }
  }

  /** Timers of Node end at 2^31 ms. */
  async #sleep(pauseMs: number, clock: Clock): Promise<void> {
    const wake = this.#isStopping() ? this.#stopping : this.#wake;
    await clock.sleep(Math.min(pauseMs, 2 ** 31 - 1), wake.signal);
    if (!this.#isStopping()) this.#wake = new AbortController();
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #runPass(): Promise<CompactionReport> {
    const { segments, writers, clock, logger, metrics } = this.#parts;
    this.#forgetSetAside();
    for (const name of await writers.abandonIdle(clock.monotonicMs())) {
      metrics.abandonedWriters.add(1);
      logger.warn('a writer without progress was ended', { shard: name });
    }
    const rollBytes = this.#parts.pressure() === 'none' ? undefined : ROLL_UNDER_PRESSURE_BYTES;
    segments.retireWasteful(LIVE_FRACTION_MIN, rollBytes);
    const report = { segments: 0, shards: 0, bytes: 0, stuckShards: 0, failedSegments: 0 };
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.#isStopping()) break;
      await this.#empty(next, report);
    }
    await segments.idle();
    return report;
  }

  /** Of segments that are gone, or may be tried again. */
  #forgetSetAside(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    for (const [number, untilMs] of this.#setAside) {
      if (untilMs <= nowMs || this.#parts.segments.find(number) === undefined) this.#setAside.delete(number);
    }
  }

  /** The segment that gives most space for the least moving. */
  #next(): Segment | undefined {
    let best: Segment | undefined;
    for (const segment of this.#parts.segments.all()) {
      if (this.#setAside.has(segment.number) || !isCandidate(segment)) continue;
      if (best === undefined || segment.liveFraction < best.liveFraction) best = segment;
    }
    return best;
  }

  async #empty(segment: Segment, report: Writable<CompactionReport>): Promise<void> {
    const { mover, logger, metrics, clock } = this.#parts;
    const { number, extentBytes } = segment;
    // Whatever comes of it, it is not looked at twice in a pass.
    this.#setAside.set(number, clock.monotonicMs() + SET_ASIDE_MS);
    try {
      this.#pace.begin();
      const moved = await mover.empty(segment, (step) => this.#afterStep(step, report));
      if (segment.totals.liveShards > 0) {
        const left = segment.totals.liveShards;
        logger.warn('a segment keeps shards that cannot be moved', { segment: number, shards: left });
        report.failedSegments += 1;
        return;
      }
      report.segments += 1;
      metrics.reclaimedBytes.add(extentBytes - moved.bytes);
      this.#setAside.delete(number);
      logger.info('a segment was emptied', { segment: number, ...moved, extentBytes });
    } catch (error) {
      if (this.#isStopping()) return;
      report.failedSegments += 1;
      metrics.failedCompactions.add(1);
      logger.error('a segment cannot be compacted', { segment: number, reason: messageOf(error) });
    }
  }

  /** Counts a step, also one of a segment that fails later, and rests. */
  async #afterStep(step: MoveCount, report: Writable<CompactionReport>): Promise<void> {
    const { metrics } = this.#parts;
    report.shards += step.shards;
    report.bytes += step.bytes;
    report.stuckShards += step.stuck;
    metrics.movedShards.add(step.shards);
    metrics.movedBytes.add(step.bytes);
    this.#assertRunning();
    await this.#pace.rest(step.bytes);
    this.#assertRunning();
  }

  #assertRunning(): void {
    if (this.#isStopping()) throw new PredastoreError('store-closed', 'the store is closing');
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function isCandidate(segment: Segment): boolean {
  const isAtRest = segment.retired && segment.writers === 0;
  return isAtRest && segment.totals.liveShards > 0 && segment.liveFraction < LIVE_FRACTION_MIN;
}
