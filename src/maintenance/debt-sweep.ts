// Looks through every blob of the cluster for shards that this node should have and does not: the backstop of the journal.
//
// It finds what no journal entry told of: a journal that was full, records that share a blob with one that was repaired, a
// disk that was replaced by an empty one.
//
// Invariants:
//   1. It concludes from a view that has caught up, and only about shards of this node.
//   2. Memory is a page of blobs and a line of repairs, however much is lost.

import { errorCodeOf, messageOf } from '../core/errors.ts';
import type { WriteId } from '../core/ids.ts';
import { shardBytes } from '../objects/layout.ts';
import { shapeOf } from '../objects/read-plan.ts';
import { movesOf, type ShardMove } from '../objects/shard-moves.ts';
import { Limiter } from '../platform/limiter.ts';
import type { GaugeMetric } from '../platform/metrics.ts';
import { blobPages } from '../metadata/blob-pages.ts';
import type { BlobNames } from '../metadata/metadata-store.ts';
import type { MaintenanceContext } from './maintenance-context.ts';
import type { ShardMender } from './shard-mender.ts';
import { rowStateOf } from './shard-state.ts';

/** Between two pages: leaves the thread to requests. */
const BREATH_MS = 5;
/** Repairs that may wait in line; the sweep itself waits before it adds more. */
const LINE_MAX = 64;

export interface SweepReport {
  readonly running: boolean;
  /** Of the pass under way, or of the last one. */
  readonly blobs: number;
  readonly lost: number;
  readonly owed: number;
  readonly failed: number;
  /** Shards that this node took, or takes, over from others. */
  readonly moving: number;
  /** Blobs that a pass looks at, about. */
  readonly total: number;
  /** Time to the end of the pass at its pace so far; 0: it is over. */
  readonly etaMs: number;
  /** Milliseconds since 1970; 0: never. */
  readonly completedMs: number;
}

interface Finding {
  readonly write: WriteId;
  readonly index: number;
  /** The shard comes from another node, because the set of nodes changed. */
  readonly move?: ShardMove;
}

const NOTHING_FOUND = { blobs: 0, lost: 0, owed: 0, failed: 0, moving: 0, total: 0, etaMs: 0 };

export class DebtSweep {
  readonly #context: MaintenanceContext;
  readonly #mender: ShardMender;
  readonly #stopping: AbortSignal;
  readonly #workers: number;
  readonly #unhealthy: GaugeMetric;
  #startedMs = 0;
  #report: SweepReport = { ...NOTHING_FOUND, running: false, completedMs: 0 };

  constructor(
    context: MaintenanceContext,
    mender: ShardMender,
    limits: { stopping: AbortSignal; workers: number },
  ) {
    this.#context = context;
    this.#mender = mender;
    this.#stopping = limits.stopping;
    this.#workers = limits.workers;
    this.#unhealthy = context.metrics.gauge(
      'predastore_repair_outstanding_shards',
      'Shards that this node should have and did not have at the end of the last sweep',
    );
  }

  get report(): SweepReport {
    return this.#report;
  }

  async pass(): Promise<void> {
    const { metadata, clock } = this.#context;
    const { completedMs } = this.#report;
    this.#report = { ...NOTHING_FOUND, running: true, completedMs, total: metadata.blobs.count };
    this.#startedMs = clock.monotonicMs();
    try {
      await metadata.blobs.catchUp();
      await this.#sweep();
      this.#unhealthy.set(this.#report.failed);
      this.#report = { ...this.#report, completedMs: clock.nowMs() };
    } finally {
      this.#report = { ...this.#report, running: false, etaMs: 0 };
    }
  }

  async #sweep(): Promise<void> {
    const { metadata, clock } = this.#context;
    const line = new Limiter(this.#workers, LINE_MAX);
    const running = new Set<Promise<void>>();
    for (const page of blobPages(metadata.blobs)) {
      for (const finding of await this.#findingsOf(page)) {
        while (line.waiting >= LINE_MAX - 1) await Promise.race(running);
        if (this.#stopping.aborted) break;
        const work = line.run(() => this.#mend(finding)).finally(() => running.delete(work));
        running.add(work);
      }
      this.#progress(page.length);
      await clock.sleep(BREATH_MS, this.#stopping);
      if (this.#stopping.aborted) break;
    }
    await Promise.all(running);
  }

  #progress(blobs: number): void {
    const seen = this.#report.blobs + blobs;
    const tookMs = this.#context.clock.monotonicMs() - this.#startedMs;
    const left = Math.max(0, this.#report.total - seen);
    this.#report = { ...this.#report, blobs: seen, etaMs: (tookMs / seen) * left };
  }

  /** What other nodes have and this one should: computed alike everywhere, so that each node does its own. */
  #movesTo(blobs: BlobNames['blobs'], write: WriteId): readonly Finding[] {
    const { ring, self } = this.#context;
    const [blob] = blobs;
    if (blob === undefined) return [];
    const moves = movesOf(blob, ring).filter(({ to }) => to === self);
    if (moves.length > 0) this.#report = { ...this.#report, moving: this.#report.moving + moves.length };
    return moves.map((move) => ({ write, index: move.index, move }));
  }

  async #findingsOf(page: readonly BlobNames[]): Promise<readonly Finding[]> {
    const { self, store } = this.#context;
    const findings: Finding[] = [];
    for (const { write, blobs } of page) {
      findings.push(...this.#movesTo(blobs, write));
      const indices = new Set<number>();
      const owed = new Set<number>();
      for (const blob of blobs) {
        blob.nodes.forEach((node, index) => {
          if (node !== self || shardBytes(shapeOf(blob), index) === 0) return;
          indices.add(index);
          if (blob.missing?.includes(index) === true) owed.add(index);
        });
      }
      for (const index of indices) {
        if (owed.has(index)) {
          this.#report = { ...this.#report, owed: this.#report.owed + 1 };
          findings.push({ write, index });
        } else if ((await rowStateOf(store, { writeId: write, index })) !== 'stored') {
          this.#report = { ...this.#report, lost: this.#report.lost + 1 };
          findings.push({ write, index });
        }
      }
    }
    return findings;
  }

  async #mend(finding: Finding): Promise<void> {
    if (this.#stopping.aborted) return;
    try {
      const { write, index, move } = finding;
      if (move === undefined) await this.#mender.mend({ write, index, suspect: false });
      else await this.#mender.adopt(write, move);
    } catch (error) {
      this.#report = { ...this.#report, failed: this.#report.failed + 1 };
      const { write, index } = finding;
      const fields = { write, index, code: errorCodeOf(error), reason: messageOf(error) };
      this.#context.logger.warn('a shard cannot be rebuilt yet; the next sweep tries again', fields);
    }
  }
}
