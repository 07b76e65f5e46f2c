// What the index stands on: ordered tables of bytes, changed by transactions. LMDB is one (lmdb-tables.ts); a simulated disk is
// another, so that a test can lose what was not synced.
//
// Invariants every implementation keeps:
//   B1. `transact` is all or nothing, survives power loss once it has resolved, and its order is the order of the calls. What was
//       lost of a transaction that did not resolve is lost of all later ones too.
//   B2. Reads see every transaction that has resolved, and none that is still running, except from inside it.
//   B3. The owner of a table is one process at a time: transactions of several processes follow one another.

/** Keys sort as bytes, without regard to length: a prefix comes before what it begins. */
export interface IndexTable {
  /** The value must be used before anything else is asked of the table: its bytes may be overwritten then. */
  get(key: Buffer): Buffer | undefined;
  has(key: Buffer): boolean;
  /** In key order, behind `after` when it is given. Nothing may change meanwhile; leaving the loop ends the scan. */
  range(after: Buffer | undefined): Iterable<IndexTableRow>;
  /** The keys of `range`. */
  keys(after: Buffer | undefined): Iterable<Buffer>;
  /** Only inside the work of `transact`. */
  put(key: Buffer, value: Buffer): void;
  /** Only inside the work of `transact`; harmless when there is no such key. */
  remove(key: Buffer): void;
}

export interface IndexTableRow {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface IndexTables {
  /** Which shard lies where. */
  readonly shards: IndexTable;
  /** What is alive in each segment. */
  readonly segments: IndexTable;
  /** About the data directory itself. */
  readonly about: IndexTable;
  /** Runs `work` in one transaction; an exception in it, or a failure to commit, leaves nothing behind and rejects. */
  transact(work: () => void): Promise<void>;
  /** Waits for running transactions. */
  close(): Promise<void>;
}

/** Opens, or makes, the tables in a directory. Throws what the system said. */
export type OpenIndexTables = (directory: string) => IndexTables;
