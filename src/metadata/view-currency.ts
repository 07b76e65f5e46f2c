// Whether what this node has of the metadata is current: one question to the leader for all who wait.
//
// Asking the leader for the record of every GET costs a round trip each, of our time and of the server's. Asking how far the stream
// goes is the same for every key: whoever comes while such a question is on its way shares the next one.
//
// Owns: the decision. Refuses: waiting long; a view that lags is not current, and the caller asks the leader for its record.
// Invariant: `isCurrent` is true only if everything acknowledged anywhere before the call was delivered to this node.

import { VIEW_LAG_MAX, VIEW_LAG_MAX_MS } from '../core/limits.ts';
import { Barrier } from './barrier.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { RevisionWaiters } from './revision-waiters.ts';

export class ViewCurrency {
  readonly #delivered: Pick<RevisionWaiters, 'safe' | 'reached'>;
  readonly #extent: Barrier<number | undefined>;

  constructor(log: Pick<MetadataLog, 'extent'>, delivered: Pick<RevisionWaiters, 'safe' | 'reached'>) {
    this.#delivered = delivered;
    this.#extent = new Barrier(() => log.extent());
  }

  /** Rejects like a read from the leader. */
  async isCurrent(): Promise<boolean> {
    const extent = await this.#extent.pass();
    if (extent === undefined || extent - this.#delivered.safe > VIEW_LAG_MAX) return false;
    return this.#delivered.reached(extent, VIEW_LAG_MAX_MS);
  }
}
