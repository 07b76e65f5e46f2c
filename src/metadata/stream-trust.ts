// Whether the stream still is the one whose history we know.
//
// A stream that was made anew, or that acknowledges a sequence which our view has already passed, has lost acknowledged
// records. Nothing it says may decide anything then: a put could bury the only trace of an object, an "absent" could
// license a deletion. The fence is written into the view and holds over restarts; an operator lifts it (docs/metadata.md).

import type { StreamState } from '../bus/stream-admin.ts';
import { PredastoreError } from '../core/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { GaugeMetric, Metrics } from '../platform/metrics.ts';
import type { View } from './view.ts';

export class StreamTrust {
  readonly #view: View;
  readonly #logger: Logger;
  readonly #gauge: GaugeMetric;

  constructor(view: View, logger: Logger, metrics: Metrics) {
    this.#view = view;
    this.#logger = logger;
    this.#gauge = metrics.gauge('predastore_metadata_fenced', '1 while the metadata stream is not trusted');
    this.#gauge.set(view.fence === '' ? 0 : 1);
  }

  get fenced(): boolean {
    return this.#view.fence !== '';
  }

  /** Sequence of the last message in our view. */
  get applied(): number {
    return this.#view.position.applied;
  }

  /** Whether a stream made then is the one that the view is of. */
  pictures(created: string): boolean {
    return this.#view.stream === created;
  }

  refuseFenced(): void {
    if (this.fenced) throw new PredastoreError('metadata-fenced', `metadata is fenced: ${this.#view.fence}`);
  }

  /** After an append: a new message cannot have a sequence that the view had passed before it was sent. */
  async check(sequence: number, appliedBefore: number): Promise<void> {
    if (sequence > appliedBefore) return;
    await this.fence(`the stream went backwards: it gave out ${sequence}, the view is at ${appliedBefore}`);
    this.refuseFenced();
  }

  /** At the beginning of a session: is it the stream that the view pictures? */
  async isSame(state: StreamState): Promise<boolean> {
    if (this.fenced) return false;
    if (this.#view.stream === '') await this.#view.adopt(state.created);
    if (this.#view.stream === state.created) return true;
    await this.fence(`the stream was made anew at ${state.created}, the view pictures ${this.#view.stream}`);
    return false;
  }

  async fence(reason: string): Promise<void> {
    if (this.fenced) return;
    this.#gauge.set(1);
    this.#logger.error('metadata is fenced: acknowledged records are missing from the stream', { reason });
    await this.#view.raiseFence(reason);
  }
}
