// Reads every shard of this node within a period, and authenticates every fragment of it.
//
// Rot that nobody reads is found while there are enough good shards left to repair it, and not on the day they are needed.
//
// Invariants:
//   1. A pass goes through all shards in key order; its position survives restarts.
//   2. It reads no faster than the period asks for, and never faster than its limit.
//   3. What it finds is repaired at once; what cannot be repaired yet goes to the repair journal.

import { errorCodeOf, messageOf } from '../core/errors.ts';
import { parseWriteId } from '../core/ids.ts';
import { shardKeyText, type ShardKey } from '../core/shard-key.ts';
import type { CounterMetric, GaugeMetric } from '../platform/metrics.ts';
import type { ShardVerdict } from '../segments/shard-store.ts';
import type { MaintenanceContext } from './maintenance-context.ts';
import type { ScrubNote } from './notebook.ts';
import { Pace } from './pace.ts';
import type { ShardMender } from './shard-mender.ts';

const PAGE_KEYS = 64;
/** How much of a pass a crash may repeat. */
const SAVE_MS = 10_000;
/** A little data is not spread over the whole period: it would keep a disk from sleeping for nothing. */
const RATE_MIN = 1024 * 1024;
/** A shard costs this beside its bytes: one seek. */
const SHARD_COST_BYTES = 64 * 1024;
/** The rate is chosen so that a pass is through a little before its period ends. */
const HASTE = 1.1;
const MS_PER_SECOND = 1000;

export interface ScrubLimits {
  readonly periodMs: number;
  readonly bytesPerSecondMax: number;
}

export interface ScrubReport extends ScrubNote {
  readonly running: boolean;
  readonly shardsInStore: number;
  readonly bytesPerSecond: number;
}

export class Scrub {
  readonly #context: MaintenanceContext;
  readonly #mender: ShardMender;
  readonly #limits: ScrubLimits;
  readonly #stopping: AbortSignal;
  readonly #pace: Pace;
  readonly #bytes: CounterMetric;
  readonly #damaged: CounterMetric;
  readonly #completed: GaugeMetric;
  #note: ScrubNote;
  #running = false;
  #shardsInStore = 0;
  #savedMs = 0;
  /** Somebody asked for this pass: then it runs as fast as it may. */
  #hurried = false;

  constructor(
    context: MaintenanceContext,
    mender: ShardMender,
    options: { readonly limits: ScrubLimits; readonly stopping: AbortSignal },
  ) {
    const { metrics, clock, notebook } = context;
    this.#context = context;
    this.#mender = mender;
    this.#limits = options.limits;
    this.#stopping = options.stopping;
    this.#pace = new Pace(clock, options.limits.bytesPerSecondMax);
    this.#note = notebook.notes.scrub;
    this.#bytes = metrics.counter(
      'predastore_scrub_bytes_total',
      'Bytes of shards read and authenticated by scrubbing',
    );
    this.#damaged = metrics.counter('predastore_scrub_damaged_total', 'Shards that scrubbing found damaged');
    this.#completed = metrics.gauge(
      'predastore_scrub_completed_seconds',
      'When the last pass of scrubbing ended, in seconds since 1970; 0 before the first',
    );
    this.#completed.set(this.#note.completedMs / MS_PER_SECOND);
  }

  get report(): ScrubReport {
    return {
      ...this.#note,
      running: this.#running,
      shardsInStore: this.#shardsInStore,
      bytesPerSecond: this.#pace.bytesPerSecond,
    };
  }

  /** Has the pass under way, or the next one, run at the highest rate allowed. */
  hurry(): void {
    this.#hurried = true;
    this.#pace.bytesPerSecond = this.#limits.bytesPerSecondMax;
  }

  /** When the next pass is due, from now: at once for one that was interrupted. */
  restMs(): number {
    if (this.#note.after !== '') return 0;
    return Math.max(0, this.#note.startedMs + this.#limits.periodMs - this.#context.clock.nowMs());
  }

  /** One pass, from where the last one was interrupted; nothing when none is due and nobody asked. */
  async pass(): Promise<void> {
    const { clock, logger } = this.#context;
    if (this.restMs() > 0 && !this.#hurried) return;
    this.#running = true;
    try {
      if (this.#note.after === '') {
        this.#note = { ...this.#note, startedMs: clock.nowMs(), shards: 0, damaged: 0 };
      }
      let keys = await this.#nextKeys();
      while (keys.length > 0 && !this.#stopping.aborted) {
        for (const key of keys) await this.#look(key);
        if (clock.monotonicMs() - this.#savedMs > SAVE_MS) await this.#save();
        keys = await this.#nextKeys();
      }
      if (this.#stopping.aborted) return;
      this.#hurried = false;
      this.#note = { ...this.#note, after: '', completedMs: clock.nowMs() };
      this.#completed.set(this.#note.completedMs / MS_PER_SECOND);
      const { shards, damaged } = this.#note;
      logger.info('a pass of scrubbing ended', { shards, damaged });
    } finally {
      this.#running = false;
      await this.#save();
    }
  }

  async #nextKeys(): Promise<readonly ShardKey[]> {
    const { store } = this.#context;
    const { liveBytes, shards } = await store.status();
    this.#shardsInStore = shards;
    const bytes = liveBytes + shards * SHARD_COST_BYTES;
    const due = (bytes * HASTE * MS_PER_SECOND) / this.#limits.periodMs;
    if (!this.#hurried) {
      this.#pace.bytesPerSecond = Math.min(this.#limits.bytesPerSecondMax, Math.max(RATE_MIN, due));
    }
    return store.keys(keyOf(this.#note.after), PAGE_KEYS);
  }

  async #look(key: ShardKey): Promise<void> {
    if (this.#stopping.aborted) return;
    const verdict = await this.#context.store.verify(key);
    await this.#judge(key, verdict);
    const damaged = this.#note.damaged + (verdict.kind === 'damaged' ? 1 : 0);
    this.#note = { ...this.#note, after: shardKeyText(key), shards: this.#note.shards + 1, damaged };
    const bytes = verdict.kind === 'whole' ? verdict.stat.lengthBytes : 0;
    this.#bytes.add(bytes);
    await this.#pace.take(bytes + SHARD_COST_BYTES, this.#stopping);
  }

  async #judge({ writeId, index }: ShardKey, verdict: ShardVerdict): Promise<void> {
    if (verdict.kind !== 'damaged') return;
    const { logger, metadata, self } = this.#context;
    this.#damaged.add(1);
    logger.error('scrubbing found a damaged shard', { write: writeId, index, reason: verdict.reason });
    try {
      await this.#mender.mend({ write: writeId, index, suspect: true });
    } catch (error) {
      logger.warn('a damaged shard cannot be repaired yet', {
        write: writeId,
        index,
        code: errorCodeOf(error),
      });
      const blob = metadata.blobs.naming(writeId).find(({ nodes }) => nodes[index] === self);
      if (blob === undefined) return;
      await metadata.oweRepair({ v: 1, blob, damaged: [index] }).catch((reason: unknown) => {
        logger.error('a damaged shard is left to the next pass of scrubbing', { reason: messageOf(reason) });
      });
    }
  }

  async #save(): Promise<void> {
    this.#savedMs = this.#context.clock.monotonicMs();
    try {
      await this.#context.notebook.update({ scrub: this.#note });
    } catch (error) {
      this.#context.logger.warn('the position of scrubbing cannot be saved', { reason: messageOf(error) });
    }
  }
}

/** The key that `shardKeyText` wrote. */
function keyOf(text: string): ShardKey | undefined {
  const [write = '', index = ''] = text.split('/');
  return text === '' ? undefined : { writeId: parseWriteId(write), index: Number(index) };
}
