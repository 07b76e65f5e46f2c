// What every table of the metadata plane says of a record and of its commit.

export interface Versioned<T> {
  readonly record: T;
  /** Stream sequence of the record: what compare-and-set compares. */
  readonly revision: number;
}

/** What must be there for a commit: a revision, nothing (`absent`), or whatever there is (`any`: last writer wins). */
export type Expectation = { readonly revision: number } | 'absent' | 'any';

export type CommitOutcome =
  | { readonly kind: 'committed'; readonly revision: number }
  /** Somebody else was there first; nothing was written. */
  | { readonly kind: 'conflict' };
