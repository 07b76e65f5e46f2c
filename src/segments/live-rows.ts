// The sidecar rows of all shards that a closed data directory has: what each of them was written as.
//
// Owns: reading them one after the other, in the order they lie on disk. Refuses: shards whose row the index does not name (deleted,
// replaced, moved), reading fragments, changing anything.

import { join } from 'node:path';
import { PredastoreError, isPredastoreError, systemCodeOf } from '../core/errors.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { Files, OpenFile } from '../platform/files.ts';
import { unwrapKeys, type KeyRing } from './data-key.ts';
import { onDisk } from './disk-errors.ts';
import type { OpenIndexTables } from './index-tables.ts';
import { parseSegmentFileName, segmentFileName } from './segment.ts';
import { ShardIndex, type IndexEntry } from './shard-index.ts';
import { scanSidecar, type SidecarRow } from './sidecar.ts';
import { StateFile } from './state-file.ts';

export interface ScanOptions {
  readonly directory: string;
  readonly masterKey: Uint8Array;
  readonly files: Files;
  /** For a directory in use: one that only reads. */
  readonly openIndexTables: OpenIndexTables;
}

export type LiveItem =
  | { readonly kind: 'shard'; readonly key: ShardKey; readonly record: Buffer }
  /** Bytes of a sidecar in which no row can be read: some shard may be unnamed by this. */
  | { readonly kind: 'damage'; readonly bytes: number };

const SEGMENTS = 'segments';
const INDEX = 'index';

/** Throws `store-damaged` where the directory has no state file or no index (`s3d rebuild-index` makes that anew). */
export async function* liveRows(options: ScanOptions): AsyncGenerator<LiveItem> {
  const { directory, files, masterKey } = options;
  const state = await StateFile.load(files, directory);
  if (state === undefined) throw new PredastoreError('store-damaged', `${directory} has no state file`);
  const { storeId, keySlots } = state.current;
  const keys = unwrapKeys(masterKey, storeId, keySlots);
  const index = ShardIndex.open(join(directory, INDEX), options.openIndexTables);
  try {
    const names = await onDisk('listing segments', files.readdir(join(directory, SEGMENTS)));
    if (index.stateSequence === 0 && names.length > 0) {
      const mend = 'Make it anew with `s3d rebuild-index`.';
      throw new PredastoreError('store-damaged', `${directory} holds segments but no index. ${mend}`);
    }
    for (const name of [...names].sort()) {
      const file = parseSegmentFileName(name);
      if (file?.extension === 'seg') yield* rowsOf(options, keys, index, file.segment);
    }
  } finally {
    await index.close();
  }
}

async function* rowsOf(
  { directory, files }: ScanOptions,
  keys: KeyRing,
  index: ShardIndex,
  segment: number,
): AsyncGenerator<LiveItem> {
  let sidecar: OpenFile;
  try {
    sidecar = await files.open(join(directory, SEGMENTS, segmentFileName(segment, 'idx')), 'read');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    yield { kind: 'damage', bytes: 0 };
    return;
  }
  try {
    for await (const item of scanSidecar(sidecar, keys, segment)) {
      if (item.kind === 'damage') yield { kind: 'damage', bytes: item.bytes };
      else if (isLive(index, item.row, item.offset))
        yield { kind: 'shard', key: item.row.identity.key, record: Buffer.from(item.row.record) };
    }
  } finally {
    await sidecar.close();
  }
}

/** Whether the index names this very row. */
export function isLive(index: ShardIndex, { identity, extent }: SidecarRow, rowOffset: number): boolean {
  let entry: IndexEntry | undefined;
  try {
    entry = index.get(identity.key);
  } catch (error) {
    if (isPredastoreError(error) && error.code === 'shard-corrupt') return false;
    throw error;
  }
  return entry?.extent.segment === extent.segment && entry.rowOffset === rowOffset;
}
