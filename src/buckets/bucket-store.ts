// What can be done with buckets.

import type { BucketRecord } from '../contracts/records.ts';

export interface CreateBucketRequest {
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

export type CreateBucketOutcome =
  | { readonly kind: 'created'; readonly record: BucketRecord }
  | { readonly kind: 'exists'; readonly record: BucketRecord }
  | { readonly kind: 'too-many' };

export interface RemoveBucketOutcome {
  readonly kind: 'removed' | 'not-empty' | 'absent' | 'declared' | 'conflict';
}

export interface ListBucketsRequest {
  readonly account: string;
  readonly prefix: string;
  /** Only names after this one; empty: from the start. */
  readonly after: string;
  readonly limit: number;
}

export interface BucketPage {
  readonly records: readonly BucketRecord[];
  readonly truncated: boolean;
}

export interface BucketStore {
  /** For the path of every object request: may answer from the local view when it knows the bucket. */
  resolve(name: string): Promise<BucketRecord | undefined>;
  /** From the leader. */
  head(name: string): Promise<BucketRecord | undefined>;
  create(request: CreateBucketRequest): Promise<CreateBucketOutcome>;
  /** Exact against concurrent PUTs: docs/ARCHITECTURE.md, "Deleting a bucket". */
  remove(name: string): Promise<RemoveBucketOutcome>;
  list(request: ListBucketsRequest): Promise<BucketPage>;
  /** Makes sure that a bucket of the configuration exists; keeps an existing one. */
  declare(request: CreateBucketRequest & { readonly public: boolean }): Promise<BucketRecord>;
}
