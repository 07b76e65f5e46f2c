// Copies of all metadata, made while the node runs and kept beside its view: what is left when JetStream and the views are lost.
//
// Owns: when a copy is made, how fast, and that it never takes the room that shards need. Refuses: its bytes (metadata/metadata-copy.ts)
// and its name (metadata/copy-shelf.ts).
//
// Nodes make them at different times: their first ones are spread over minutes, and each goes on from its last.
// A copy that cannot be made is tried again soon; `predastore_metadata_copy_failing` is 1 until one was.

import { messageOf, PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import { CopyShelf, type ShelvedCopy } from '../metadata/copy-shelf.ts';
import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';
import type { CounterMetric, GaugeMetric, Metrics } from '../platform/metrics.ts';
import { Pace } from './pace.ts';

export interface CopyLimits {
  readonly intervalMs: number;
  /** Copies that stay. */
  readonly keep: number;
  readonly bytesPerSecondMax: number;
  /** Below this free part of the disk none is made, 0 … 1: the watermark below which no shard is taken either. */
  readonly freeMin: number;
  /** Where this node stands among those that make copies, 0 … 1: they do not all make them at once. */
  readonly share: number;
}

export interface CopySources {
  readonly self: NodeId;
  readonly metadata: Pick<MetadataPlane, 'snapshot'>;
  /** Where copies lie; on the disk of the shards, as a rule. */
  readonly directory: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface CopyReport {
  readonly running: boolean;
  /** Copies there are. */
  readonly kept: number;
  /** When the newest was made; 0: there is none. */
  readonly newestMs: number;
  /** The last change that is in it. */
  readonly applied: number;
  readonly records: number;
  /** Since the node was started. */
  readonly failures: number;
  /** Why the last try made none; empty: it made one. */
  readonly held: string;
}

/** The node has just started: let it answer, and follow the stream, before it looks after itself. */
const FIRST_AFTER_MS = 60_000;
/** The first copies of all nodes are spread over this. */
const FIRST_SPREAD_MS = 10 * 60_000;
const RETRY_MS = 10 * 60_000;
/** A look at the free space is good for this many bytes. */
const LOOK_BYTES = 8 * 1024 * 1024;

export class MetadataCopies {
  readonly #sources: CopySources;
  readonly #limits: CopyLimits;
  readonly #shelf: CopyShelf;
  readonly #pace: Pace;
  readonly #gauges: Readonly<Record<'newest' | 'kept' | 'failing', GaugeMetric>>;
  readonly #failures: CounterMetric;
  #report: CopyReport = {
    running: false,
    kept: 0,
    newestMs: 0,
    applied: 0,
    records: 0,
    failures: 0,
    held: '',
  };

  private constructor(sources: CopySources, limits: CopyLimits) {
    const { clock, metrics, directory, files } = sources;
    this.#sources = sources;
    this.#limits = limits;
    this.#shelf = new CopyShelf(directory, files);
    this.#pace = new Pace(clock, limits.bytesPerSecondMax);
    this.#gauges = {
      newest: metrics.gauge(
        'predastore_metadata_copy_seconds',
        'When the newest copy of the metadata was made, since 1970',
      ),
      kept: metrics.gauge('predastore_metadata_copies', 'Copies of the metadata on this node'),
      failing: metrics.gauge(
        'predastore_metadata_copy_failing',
        '1: the last copy of the metadata could not be made',
      ),
    };
    this.#failures = metrics.counter(
      'predastore_metadata_copy_failures_total',
      'Copies of the metadata that could not be made',
    );
  }

  /** Looks what is there, so that it is known when the next one is due. */
  static async open(sources: CopySources, limits: CopyLimits): Promise<MetadataCopies> {
    const copies = new MetadataCopies(sources, limits);
    try {
      copies.#see(await copies.#shelf.copies());
    } catch (error) {
      sources.logger.warn('the copies of the metadata cannot be listed', { reason: messageOf(error) });
    }
    return copies;
  }

  get report(): CopyReport {
    return this.#report;
  }

  /** Until the first copy of this process. */
  get firstAfterMs(): number {
    const { intervalMs, share } = this.#limits;
    // All nodes may have been started together, with copies that are due: the first one is more urgent than an even spread, though.
    const soonestMs = Math.min(FIRST_AFTER_MS, intervalMs) + share * Math.min(intervalMs, FIRST_SPREAD_MS);
    return this.#report.newestMs === 0 ? soonestMs : Math.max(soonestMs, this.restMs());
  }

  restMs(): number {
    const { intervalMs } = this.#limits;
    if (this.#report.held !== '') return Math.min(intervalMs, RETRY_MS);
    const restMs = this.#report.newestMs + intervalMs - this.#sources.clock.nowMs();
    // A clock that was set is no reason to wait for longer, nor to copy without a pause.
    return Math.min(intervalMs, Math.max(0, restMs));
  }

  async pass(stopping: AbortSignal): Promise<void> {
    this.#report = { ...this.#report, running: true };
    try {
      await this.#copy(stopping);
      this.#report = { ...this.#report, held: '' };
      this.#gauges.failing.set(0);
    } catch (error) {
      if (!stopping.aborted) this.#fail(messageOf(error));
    } finally {
      this.#report = { ...this.#report, running: false };
    }
  }

  async #copy(stopping: AbortSignal): Promise<void> {
    const { metadata, clock, self, directory, files, logger } = this.#sources;
    await files.mkdir(directory);
    await this.#requireSpace();
    const snapshot = await metadata.snapshot();
    let unseen = 0;
    const pace = async (bytes: number): Promise<void> => {
      unseen += bytes;
      if (unseen >= LOOK_BYTES) {
        unseen = 0;
        await this.#requireSpace();
      }
      await this.#pace.take(bytes, stopping);
      stopping.throwIfAborted();
    };
    try {
      const { applied, records, bytes } = await this.#shelf.add({
        snapshot,
        node: self,
        takenMs: clock.nowMs(),
        pace,
      });
      logger.info('the metadata was copied', { applied, records, bytes });
    } finally {
      snapshot.close();
    }
    await this.#shelf.prune(this.#limits.keep);
    this.#see(await this.#shelf.copies());
  }

  async #requireSpace(): Promise<void> {
    const { files, directory } = this.#sources;
    const { availableBytes, totalBytes } = await files.statfs(directory);
    const { freeMin } = this.#limits;
    if (availableBytes >= totalBytes * freeMin) return;
    throw new PredastoreError(
      'store-full',
      `less than ${Number((freeMin * 100).toFixed(2))} % of the disk are free`,
    );
  }

  #see(copies: readonly ShelvedCopy[]): void {
    const [newest] = copies;
    const { takenMs: newestMs = 0, applied = 0, records = 0 } = newest ?? {};
    this.#report = { ...this.#report, kept: copies.length, newestMs, applied, records };
    this.#gauges.kept.set(copies.length);
    this.#gauges.newest.set(newestMs / 1000);
  }

  #fail(reason: string): void {
    this.#report = { ...this.#report, failures: this.#report.failures + 1, held: reason };
    this.#failures.add(1);
    this.#gauges.failing.set(1);
    const { newestMs } = this.#report;
    const newest = newestMs === 0 ? 'none' : new Date(newestMs).toISOString();
    this.#sources.logger.warn('the metadata could not be copied', { reason, newest });
  }
}
