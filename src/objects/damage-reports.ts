// What readers found: shards that a node should have and does not give, written into the repair journal of that node.
//
// A node that cannot be reached is no finding: only its own answer ("absent", "corrupt") is.
// Invariant: a shard is reported at most once per REPORT_INTERVAL_MS by this node, and memory stays below REPORTS_MAX entries.

import { errorCodeOf, messageOf } from '../core/errors.ts';
import { shardKeyText } from '../core/shard-key.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { MetadataStore } from '../metadata/metadata-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';

const REPORT_INTERVAL_MS = 60_000;
const REPORTS_MAX = 10_000;

export interface DamageReporter {
  /** Has the node of a shard look at it. Never throws and never waits. */
  report(blob: BlobRecord, index: number): void;
}

export interface DamageReportParts {
  readonly metadata: Pick<MetadataStore, 'oweRepair'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DamageReports implements DamageReporter {
  readonly #parts: DamageReportParts;
  readonly #reportedMs = new Map<string, number>();

  constructor(parts: DamageReportParts) {
    this.#parts = parts;
  }

  report(blob: BlobRecord, index: number): void {
    const { clock, logger, metadata } = this.#parts;
    const name = shardKeyText({ writeId: blob.write, index });
    const nowMs = clock.monotonicMs();
    if (nowMs - (this.#reportedMs.get(name) ?? -Infinity) < REPORT_INTERVAL_MS) return;
    if (this.#reportedMs.size >= REPORTS_MAX) this.#reportedMs.clear();
    this.#reportedMs.set(name, nowMs);
    metadata.oweRepair({ v: 1, blob, damaged: [index] }).catch((error: unknown) => {
      const fields = { write: blob.write, index, code: errorCodeOf(error), reason: messageOf(error) };
      logger.warn('a damaged shard could not be journalled; scrubbing will find it', fields);
    });
  }
}
