// Records of one bucket, remembered while the bucket is watched.
//
// Invariants:
//  1. Nothing is remembered unless every change is told; a change, or a doubt about changes, forgets before anybody asks again.
//  2. What is remembered is the reading itself, so that a crowd that asks at once reads once. A reading that fails is not.
//  3. At most IAM_CACHE_RECORDS_MAX records; the ones asked for first go first.

import { IAM_CACHE_RECORDS_MAX } from '../../core/limits.ts';
import { Remembered } from './remembered.ts';
import type { RecordReader } from './records.ts';

/** A bucket of somebody else's, as the host finds it on NATS. */
export interface RecordBucket {
  /** Undefined: there is none. Throws when that cannot be known now. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Tells of changes until the process ends. */
  watch(listener: BucketListener): void;
}

export interface BucketListener {
  onLive(): void;
  onChange(key: string): void;
  onDoubt(): void;
}

export class RecordCache<Record> {
  readonly #bucket: RecordBucket;
  readonly #read: RecordReader<Record>;
  readonly #onUnreadable: (key: string) => void;
  readonly #known = new Remembered<Record | undefined>(IAM_CACHE_RECORDS_MAX);
  #live = false;

  constructor(bucket: RecordBucket, read: RecordReader<Record>, onUnreadable: (key: string) => void) {
    this.#bucket = bucket;
    this.#read = read;
    this.#onUnreadable = onUnreadable;
  }

  get live(): boolean {
    return this.#live;
  }

  /** Begins to remember; `onChange` is called after every change, when this cache has forgotten. */
  follow(onChange: () => void): void {
    this.#bucket.watch({
      onLive: () => {
        this.#live = true;
      },
      onChange: (key) => {
        this.#known.delete(key);
        onChange();
      },
      onDoubt: () => {
        this.#live = false;
        this.#known.clear();
        onChange();
      },
    });
  }

  get(key: string): Promise<Record | undefined> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const reading = this.#readNow(key);
    if (this.#live) this.#known.set(key, reading);
    return reading;
  }

  async #readNow(key: string): Promise<Record | undefined> {
    const bytes = await this.#bucket.read(key);
    if (bytes === undefined) return undefined;
    const record = this.#read(bytes);
    if (record === undefined) this.#onUnreadable(key);
    return record;
  }
}
