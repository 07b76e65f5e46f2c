// The tables of an index in LMDB.
//
// Owns: the environment and its options. Invariants: those of index-tables.ts, and no cursor or read transaction outlives a call: an
// open one would keep old pages from being reused.

import { open, type Database, type RangeOptions, type RootDatabase } from 'lmdb';
import { heardCommit } from '../platform/heard-commit.ts';
import type { IndexTable, IndexTableRow, IndexTables } from './index-tables.ts';

/** Readers of the environment: one per process at a time; more only while somebody looks with a tool. */
const READERS_MAX = 126;
const BINARY = { keyEncoding: 'binary', encoding: 'binary', cache: false } as const;

type BinaryDatabase = Database<Buffer, Buffer>;

class LmdbTable implements IndexTable {
  readonly #database: BinaryDatabase;

  constructor(database: BinaryDatabase) {
    this.#database = database;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#database.getBinaryFast(key);
  }

  has(key: Buffer): boolean {
    return this.#database.doesExist(key);
  }

  range(after: Buffer | undefined): Iterable<IndexTableRow> {
    return this.#database.getRange(rangeBehind(after));
  }

  keys(after: Buffer | undefined): Iterable<Buffer> {
    return this.#database.getKeys(rangeBehind(after));
  }

  put(key: Buffer, value: Buffer): void {
    this.#database.putSync(key, value);
  }

  remove(key: Buffer): void {
    this.#database.removeSync(key);
  }
}

class LmdbTables implements IndexTables {
  readonly shards: IndexTable;
  readonly segments: IndexTable;
  readonly about: IndexTable;
  readonly #root: RootDatabase<Buffer, Buffer>;

  constructor(root: RootDatabase<Buffer, Buffer>) {
    this.#root = root;
    this.shards = new LmdbTable(root.openDB<Buffer, Buffer>({ name: 'shards', ...BINARY }));
    this.segments = new LmdbTable(root.openDB<Buffer, Buffer>({ name: 'segments', ...BINARY }));
    this.about = new LmdbTable(root.openDB<Buffer, Buffer>({ name: 'about', ...BINARY }));
  }

  /** A child transaction: an exception inside leaves nothing behind. */
  async transact(work: () => void): Promise<void> {
    await heardCommit(
      this.#root.childTransaction(() => {
        work();
      }),
    );
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}

/** Opens, or makes, the LMDB environment in `directory`. */
export function openLmdbTables(directory: string): IndexTables {
  return openTables(directory, false);
}

/** Opens an existing environment to look at it, also while another process uses it. */
export function openLmdbTablesReadOnly(directory: string): IndexTables {
  return openTables(directory, true);
}

function openTables(directory: string, readOnly: boolean): IndexTables {
  const root = open<Buffer, Buffer>({
    path: directory,
    noSubdir: false,
    keyEncoding: 'binary',
    encoding: 'binary',
    maxDbs: 8,
    maxReaders: READERS_MAX,
    // In the overlapping mode an error of the last meta write is dropped; here it is reported.
    overlappingSync: false,
    // Our transactions say where they begin and end. The library's own batch around each turn of the event loop has a promise of its
    // own, which nobody can hear: when a commit fails, it would end the process.
    eventTurnBatching: false,
    readOnly,
  });
  return new LmdbTables(root);
}

function rangeBehind(after: Buffer | undefined): RangeOptions {
  return after === undefined ? {} : { start: after, exclusiveStart: true };
}
