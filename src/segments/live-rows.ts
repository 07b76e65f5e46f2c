// The sidecar rows of all shards that a closed data directory has: what each of them was written as.
//
// Owns: reading them one after the other, in the order they lie on disk. Refuses: shards whose row the index does not name (deleted,
// replaced, moved), reading fragments, changing anything.

import { PredastoreError, isPredastoreError, systemCodeOf } from '../core/errors.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { OpenFile } from '../platform/files.ts';
import type { IndexEntry, ShardIndex } from './shard-index.ts';
import { scanSidecar, type SidecarRow } from './sidecar.ts';
import { StoreInspection, type InspectionOptions } from './store-inspection.ts';

export type LiveItem =
  | { readonly kind: 'shard'; readonly key: ShardKey; readonly record: Buffer }
  /** Bytes of a sidecar in which no row can be read: some shard may be unnamed by this. */
  | { readonly kind: 'damage'; readonly bytes: number };

/** Throws `store-damaged` where the directory has no state file or no index (`s3d rebuild-index` makes that anew). */
export async function* liveRows(options: InspectionOptions): AsyncGenerator<LiveItem> {
  const store = await StoreInspection.open(options);
  try {
    const segments = await store.segments();
    if (store.index.stateSequence === 0 && segments.length > 0) {
      const mend = 'Make it anew with `s3d rebuild-index`.';
      throw new PredastoreError('store-damaged', `${options.directory} holds segments but no index. ${mend}`);
    }
    for (const segment of segments) yield* rowsOf(store, segment);
  } finally {
    await store.close();
  }
}

async function* rowsOf(store: StoreInspection, segment: number): AsyncGenerator<LiveItem> {
  let sidecar: OpenFile;
  try {
    sidecar = await store.files.open(store.path(segment, 'idx'), 'read');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    yield { kind: 'damage', bytes: 0 };
    return;
  }
  try {
    for await (const item of scanSidecar(sidecar, store.keys, segment)) {
      if (item.kind === 'damage') yield { kind: 'damage', bytes: item.bytes };
      else if (isLive(store.index, item.row, item.offset))
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
