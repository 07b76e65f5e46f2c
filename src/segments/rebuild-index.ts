// Makes the index of a closed data directory anew, from its sidecars.
//
// Owns: deciding which row of a key counts, putting the new index in the place of the old one. Refuses: reading fragments (what is
// damaged was damaged before, and a scrub finds it), data directories in use (the caller sees to that).
//
// The old index is moved aside, never removed. What comes back besides the shards it had are deleted ones whose segment is still
// there: a delete is a change of the index only. No record of the metadata names them, so they are orphans for a sweep to collect.
// Invariants:
//   B1. Of several rows of one key the highest shard number counts: it was committed last. Rows of one shard number are copies that
//       compaction made, all of them whole; the one sealed last counts, because it is the one that the index came to name.
//   B2. The new index takes its place by a rename, after it is durable. A crash before leaves the old one, a crash in the middle none,
//       which a start refuses.

import { join } from 'node:path';
import { PredastoreError, systemCodeOf } from '../core/errors.ts';
import type { Files, OpenFile } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';
import { readUint64 } from './big-endian.ts';
import { unwrapWith, type KeyRing } from './data-key.ts';
import { onDisk } from './disk-errors.ts';
import { extentBytes } from './extent.ts';
import type { OpenIndexTables } from './index-tables.ts';
import { parseSegmentFileName, segmentFileName } from './segment.ts';
import { ShardIndex, type IndexEntry } from './shard-index.ts';
import { ROW_NUMBER_AT, scanSidecar, type SidecarItem } from './sidecar.ts';
import { StateFile, removeIfPresent } from './state-file.ts';
import { INDEX_DIRECTORY, SEGMENTS_DIRECTORY } from './store-directory.ts';
import { masterKeysOf } from './store-options.ts';

export interface RebuildOptions {
  /** Of the store, not in use by any process. */
  readonly directory: string;
  readonly masterKey: Uint8Array;
  /** The one before, while the master key is being changed. */
  readonly previousMasterKey?: Uint8Array | undefined;
  readonly files: Files;
  readonly openIndexTables: OpenIndexTables;
  readonly logger: Logger;
  /** Also opens the old index and says how the new one differs. Only for one that can be opened: a damaged LMDB file can end the process. */
  readonly compare?: boolean;
}

export interface RebuildReport {
  readonly segments: number;
  readonly shards: number;
  readonly liveBytes: number;
  /** Rows that lost against another row of their key. */
  readonly supersededRows: number;
  /** Bytes of sidecars in which no row could be read. */
  readonly damagedBytes: number;
  /** Where the old index lies now. */
  readonly oldIndex: string | undefined;
  readonly comparison?: IndexComparison;
}

export interface IndexComparison {
  readonly same: number;
  /** The same shard in another place: a copy that compaction made. */
  readonly moved: number;
  /** Only in the new index: deleted before, or lost from the old one. */
  readonly added: number;
  /** Only in the old index: their sidecar rows are damaged or gone. */
  readonly missing: number;
}

type Row = Extract<SidecarItem, { kind: 'row' }>;

const WORKING = `${INDEX_DIRECTORY}.rebuild`;
/** The files of LMDB in a directory, which is all that may lie in one that a rebuild left behind. */
const INDEX_FILES = ['data.mdb', 'lock.mdb'];
/** Rows in one transaction. */
const BATCH_ROWS = 2000;
const PAGE = 1000;

export async function rebuildIndex(options: RebuildOptions): Promise<RebuildReport> {
  const { directory, files, openIndexTables } = options;
  const state = await StateFile.load(files, directory);
  if (state === undefined) throw new PredastoreError('store-damaged', `${directory} has no state file`);
  const { storeId, keySlots, sequence } = state.current;
  const { keys } = unwrapWith(masterKeysOf(options), storeId, keySlots);
  const working = join(directory, WORKING);
  await onDisk('preparing the new index', prepare(files, working));
  const index = ShardIndex.open(working, openIndexTables);
  try {
    const builder = new IndexBuilder(options, keys, index);
    await builder.addAll();
    const { totals } = index.recount();
    await index.apply({ put: [], remove: [], totals });
    await index.setStateSequence(sequence);
    const comparison = options.compare === true ? await compare(options, index) : undefined;
    const counted = [...totals.values()];
    await index.close();
    return {
      ...builder.report,
      shards: counted.reduce((sum, { liveShards }) => sum + liveShards, 0),
      liveBytes: counted.reduce((sum, { liveBytes }) => sum + liveBytes, 0),
      oldIndex: await onDisk('placing the new index', place(files, directory, sequence)),
      ...(comparison === undefined ? {} : { comparison }),
    };
  } catch (error) {
    await index.close();
    throw error;
  }
}

class IndexBuilder {
  readonly report = { segments: 0, supersededRows: 0, damagedBytes: 0 };
  readonly #options: RebuildOptions;
  readonly #keys: KeyRing;
  readonly #index: ShardIndex;

  constructor(options: RebuildOptions, keys: KeyRing, index: ShardIndex) {
    this.#options = options;
    this.#keys = keys;
    this.#index = index;
  }

  async addAll(): Promise<void> {
    const { files, directory } = this.#options;
    const names = await onDisk('listing segments', files.readdir(join(directory, SEGMENTS_DIRECTORY)));
    const found = names.map(parseSegmentFileName);
    const segments = found.filter((file) => file?.extension === 'seg').map((file) => file?.segment ?? 0);
    for (const segment of segments.sort((a, b) => a - b)) await this.#addSegment(segment);
  }

  async #addSegment(segment: number): Promise<void> {
    const { logger } = this.#options;
    this.report.segments += 1;
    const sidecar = await this.#openSidecar(segment);
    if (sidecar === undefined) {
      logger.error('a segment has no sidecar: its shards cannot be found', { segment });
      return;
    }
    try {
      let batch: Row[] = [];
      for await (const item of scanSidecar(sidecar, this.#keys, segment)) {
        if (item.kind === 'damage') this.report.damagedBytes += item.bytes;
        else if (batch.push(item) === BATCH_ROWS) {
          await this.#addRows(batch);
          batch = [];
        }
      }
      await this.#addRows(batch);
    } finally {
      await sidecar.close();
    }
  }

  async #openSidecar(segment: number): Promise<OpenFile | undefined> {
    const { files, directory } = this.#options;
    try {
      return await files.open(join(directory, SEGMENTS_DIRECTORY, segmentFileName(segment, 'idx')), 'read');
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #addRows(rows: readonly Row[]): Promise<void> {
    const put = new Map<string, IndexEntry>();
    for (const item of rows) {
      const { identity, extent } = item.row;
      const name = `${identity.key.writeId}/${identity.key.index}`;
      const known = put.get(name) ?? this.#index.get(identity.key);
      if (known !== undefined) {
        this.report.supersededRows += 1;
        if (!(await this.#isLater(item, known))) continue;
      }
      const objectHash = Buffer.from(identity.objectHash);
      const place = { rowOffset: item.offset, rowBytes: item.bytes };
      put.set(name, { key: identity.key, objectHash, extent, ...place });
    }
    if (put.size > 0) await this.#index.apply({ put: [...put.values()], remove: [], totals: new Map() });
  }

  async #isLater(item: Row, known: IndexEntry): Promise<boolean> {
    const { shardNumber } = item.row.extent;
    if (shardNumber !== known.extent.shardNumber) return shardNumber > known.extent.shardNumber;
    return item.number > (await this.#rowNumber(known));
  }

  /** The number that sealed the row of an entry: grows with time. */
  async #rowNumber({ extent, rowOffset }: IndexEntry): Promise<number> {
    const sidecar = await this.#openSidecar(extent.segment);
    if (sidecar === undefined) return 0;
    try {
      const bytes = Buffer.alloc(8);
      await sidecar.pread(bytes, rowOffset + ROW_NUMBER_AT);
      return readUint64(bytes, 0);
    } finally {
      await sidecar.close();
    }
  }
}

async function prepare(files: Files, working: string): Promise<void> {
  await files.mkdir(working);
  for (const name of INDEX_FILES) await removeIfPresent(files, join(working, name));
}

/** Puts the new index in the place of the old one; returns where the old one went, if there was one. */
async function place(files: Files, directory: string, sequence: number): Promise<string | undefined> {
  await files.syncDirectory(join(directory, WORKING));
  const names = await files.readdir(directory);
  let old: string | undefined;
  if (names.includes(INDEX_DIRECTORY)) {
    for (let number = 0; old === undefined || names.includes(old); number += 1) {
      old = `${INDEX_DIRECTORY}.old-${sequence}${number === 0 ? '' : `-${number}`}`;
    }
    await files.rename(join(directory, INDEX_DIRECTORY), join(directory, old));
  }
  await files.rename(join(directory, WORKING), join(directory, INDEX_DIRECTORY));
  await files.syncDirectory(directory);
  return old === undefined ? undefined : join(directory, old);
}

async function compare(
  { directory, openIndexTables }: RebuildOptions,
  made: ShardIndex,
): Promise<IndexComparison> {
  const old = ShardIndex.open(join(directory, INDEX_DIRECTORY), openIndexTables);
  try {
    const result = { same: 0, moved: 0, added: 0, missing: 0 };
    for (const entry of everyEntry(made)) {
      const before = old.get(entry.key);
      if (before === undefined) result.added += 1;
      else if (isSamePlace(before, entry)) result.same += 1;
      else result.moved += 1;
    }
    for (const { key } of everyEntry(old)) if (!made.has(key)) result.missing += 1;
    return result;
  } finally {
    await old.close();
  }
}

function* everyEntry(index: ShardIndex): Generator<IndexEntry> {
  for (let page = index.list(undefined, PAGE); page.length > 0; page = index.list(page.at(-1)?.key, PAGE))
    yield* page;
}

function isSamePlace(one: IndexEntry, other: IndexEntry): boolean {
  const { extent } = one;
  return (
    extent.segment === other.extent.segment &&
    extent.offset === other.extent.offset &&
    extentBytes(extent.lengthBytes) === extentBytes(other.extent.lengthBytes) &&
    one.rowOffset === other.rowOffset
  );
}
