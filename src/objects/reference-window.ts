// The time within which blobs of another record may be referenced anew.
//
// A copy and a completion name blobs that some other record holds. That record may be replaced after it was read; then its blobs
// wait for the reclaim grace and go, unless a new record has named them by then. So a commit may begin only while the reading
// is fresh; otherwise one reads again. A process that was frozen in between looks at the shards after its commit (still-stored.ts).

import { PredastoreError } from '../core/errors.ts';
import { REFERENCE_COMMIT_LIMIT_MS } from '../core/limits.ts';
import { momentOf, type Moment } from './still-stored.ts';
import type { Clock } from '../platform/clock.ts';

export class ReferenceWindow {
  readonly opened: Moment;
  readonly #clock: Clock;

  /** Open it before reading the record. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.opened = momentOf(clock);
  }

  /** Whether a commit may still begin. */
  get open(): boolean {
    return this.#clock.monotonicMs() - this.opened.monotonicMs <= REFERENCE_COMMIT_LIMIT_MS;
  }
}

/** When reading and deciding never fitted into the window. */
export function tooSlowToReference(): PredastoreError {
  return new PredastoreError('metadata-unavailable', 'metadata is too slow to reference blobs safely');
}
