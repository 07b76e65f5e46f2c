// What every table of the metadata plane says of a record and of its commit.

import type { WriteId } from '../core/ids.ts';

export interface Versioned<T> {
  readonly record: T;
  /** Stream sequence of the record: what compare-and-set compares. */
  readonly revision: number;
}

/** What must be there for a commit: a revision, nothing (`absent`), or whatever there is (`any`: last writer wins). */
export type Expectation = { readonly revision: number } | 'absent' | 'any';

/**
 * Whatever there is, as `any`, for the first record that names a write. It is refused, and changes nothing, once the write was condemned
 * because no record named it for too long (blob-ledger.ts): `shards-unavailable`.
 */
export interface Uncondemned {
  readonly uncondemned: WriteId;
}

export type CommitOutcome =
  | { readonly kind: 'committed'; readonly revision: number }
  /** Somebody else was there first; nothing was written. */
  | { readonly kind: 'conflict' };
