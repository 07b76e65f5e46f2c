// What can be done with buckets.

import type { BucketSettings } from '../contracts/bucket-settings.ts';
import type { BucketRecord } from '../contracts/records.ts';

export interface CreateBucketRequest {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Absent: not versioned. */
  readonly versioning?: 'Enabled';
  /** What is configured from the start. */
  readonly settings?: BucketSettings;
}

export type CreateBucketOutcome =
  | { readonly kind: 'created'; readonly record: BucketRecord }
  | { readonly kind: 'exists'; readonly record: BucketRecord }
  | { readonly kind: 'too-many' };

export interface RemoveBucketOutcome {
  readonly kind: 'removed' | 'not-empty' | 'absent' | 'declared' | 'conflict';
}

export type ReviseOutcome =
  | { readonly kind: 'revised'; readonly record: BucketRecord }
  /** The revision would not have it. */
  | { readonly kind: 'refused' }
  /** There is no such bucket (any more). */
  | { readonly kind: 'absent' }
  /** Its settings would outgrow BUCKET_SETTINGS_BYTES_MAX. */
  | { readonly kind: 'too-large' }
  /** Others keep changing it. */
  | { readonly kind: 'conflict' };

/**
 * Makes the next record of a bucket from the present one; undefined: the present one does not allow it. Called anew after a lost race, so
 * it must depend on nothing else.
 */
export type Revision = (current: BucketRecord) => BucketRecord | undefined;

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
  /**
   * Changes what is configured of a bucket, by compare-and-set on its record: of concurrent changes to different fields none is
   * lost. `resolve` at this node shows the change when this resolves, at other nodes a moment later.
   */
  revise(bucket: Pick<BucketRecord, 'id' | 'name'>, revision: Revision): Promise<ReviseOutcome>;
  list(request: ListBucketsRequest): Promise<BucketPage>;
  /** Makes sure that a bucket of the configuration exists; keeps an existing one. */
  declare(request: CreateBucketRequest & { readonly public: boolean }): Promise<BucketRecord>;
}
