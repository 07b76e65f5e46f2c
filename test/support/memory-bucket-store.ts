// A BucketStore that keeps its buckets in memory: a peer for tests of the edges.

import type { BucketRecord } from '../../src/contracts/records.ts';
import type {
  BucketPage,
  BucketStore,
  CreateBucketOutcome,
  CreateBucketRequest,
  ListBucketsRequest,
  RemoveBucketOutcome,
  ReviseOutcome,
  Revision,
} from '../../src/buckets/bucket-store.ts';

export class MemoryBucketStore implements BucketStore {
  /** Answers the next removals, when set. */
  nextRemoval: RemoveBucketOutcome['kind'] | undefined;
  /** Answers the next revisions, when set. */
  nextRevision: 'too-large' | 'conflict' | undefined;
  bucketsMax = 1000;
  readonly #records = new Map<string, BucketRecord>();

  async resolve(name: string): Promise<BucketRecord | undefined> {
    return this.#records.get(name);
  }

  async head(name: string): Promise<BucketRecord | undefined> {
    return this.#records.get(name);
  }

  async create(request: CreateBucketRequest): Promise<CreateBucketOutcome> {
    if (this.#records.size >= this.bucketsMax) return { kind: 'too-many' };
    const existing = this.#records.get(request.name);
    if (existing !== undefined) return { kind: 'exists', record: existing };
    return { kind: 'created', record: this.#add(request, { public: false, declared: false }) };
  }

  async remove(name: string): Promise<RemoveBucketOutcome> {
    if (this.nextRemoval !== undefined) return { kind: this.nextRemoval };
    const record = this.#records.get(name);
    if (record?.declared === true) return { kind: 'declared' };
    return { kind: this.#records.delete(name) ? 'removed' : 'absent' };
  }

  async revise({ id, name }: Pick<BucketRecord, 'id' | 'name'>, revision: Revision): Promise<ReviseOutcome> {
    const current = this.#records.get(name);
    if (current?.id !== id) return { kind: 'absent' };
    if (this.nextRevision !== undefined) return { kind: this.nextRevision };
    const record = revision(current);
    if (record === undefined) return { kind: 'refused' };
    this.#records.set(name, record);
    return { kind: 'revised', record };
  }

  async list({ account, prefix, after, limit }: ListBucketsRequest): Promise<BucketPage> {
    const records = [...this.#records.values()]
      .filter((record) => record.account === account && !record.declared)
      .filter(({ name }) => name.startsWith(prefix) && name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { records: records.slice(0, limit), truncated: records.length > limit };
  }

  async declare(request: CreateBucketRequest & { readonly public: boolean }): Promise<BucketRecord> {
    return this.#records.get(request.name) ?? this.#add(request, { public: request.public, declared: true });
  }

  #add(
    { name, account, region, settings, versioning }: CreateBucketRequest,
    kind: { public: boolean; declared: boolean },
  ): BucketRecord {
    const id = `id-${this.#records.size}-${name}`;
    const created = '2026-11-22T09:00:00.000Z';
    const base: BucketRecord = { v: 1, id, name, account, region, created, state: 'active', ...kind };
    const record = { ...base, ...(versioning && { versioning }), ...(settings && { settings }) };
    this.#records.set(name, record);
    return record;
  }
}
