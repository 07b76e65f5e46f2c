// The buckets that want events, by id, kept up to date from the metadata stream itself: a change counts from its place in
// the stream on.

import type { BucketRecord } from '../contracts/records.ts';
import { isNotified } from './event-targets.ts';

export class NotifiedBuckets {
  readonly #byId = new Map<string, BucketRecord>();
  readonly #idByName = new Map<string, string>();

  constructor(records: readonly BucketRecord[] = []) {
    for (const record of records) this.changed(record.name, record);
  }

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): BucketRecord | undefined {
    return this.#byId.get(id);
  }

  /** A bucket was made, changed, or (without a record) removed. */
  changed(name: string, record: BucketRecord | undefined): void {
    const earlier = this.#idByName.get(name);
    if (earlier !== undefined) this.#byId.delete(earlier);
    this.#idByName.delete(name);
    if (record === undefined || !isNotified(record.settings)) return;
    this.#byId.set(record.id, record);
    this.#idByName.set(name, record.id);
  }
}
