// What lies in the segments of a data directory, counted from outside: for operators, and for tests that ask where space went.
//
// Owns: the counts. Refuses: changing anything; it may run beside a store that is in use, and then describes a moment or two.

import { isPredastoreError, systemCodeOf } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { FILE_HEADER_BYTES, extentBytes } from './extent.ts';
import { decodeFileHeader } from './file-header.ts';
import { isLive } from './live-rows.ts';
import { segmentFileName } from './segment.ts';
import { scanSidecar } from './sidecar.ts';
import { StoreInspection, type InspectionOptions } from './store-inspection.ts';

export interface SegmentScan {
  /** File name without its ending. */
  readonly segment: string;
  readonly createdAt: string | undefined;
  readonly fileBytes: number;
  readonly sidecarBytes: number;
  /** Extents that the index names. */
  readonly liveShards: number;
  readonly liveBytes: number;
  /** Extents with a sidecar row that the index does not name (any more): deleted, replaced, moved. */
  readonly deadShards: number;
  readonly deadBytes: number;
  /** The rest: aborted, being written, or never finished. */
  readonly orphanBytes: number;
  /** Bytes of the sidecar in which no row can be read. */
  readonly damagedRowBytes: number;
  /** Shards that the index counts here and the sidecar does not name. */
  readonly unlistedShards: number;
}

export interface StoreScan {
  readonly version: 1;
  readonly storeId: string;
  readonly segments: readonly SegmentScan[];
  readonly totals: Omit<SegmentScan, 'segment' | 'createdAt'>;
}

const NO_ROWS = {
  sidecarBytes: 0,
  liveShards: 0,
  liveBytes: 0,
  deadShards: 0,
  deadBytes: 0,
  damagedRowBytes: 0,
};

export async function scanStore(options: InspectionOptions): Promise<StoreScan> {
  const store = await StoreInspection.open(options);
  try {
    const scans: SegmentScan[] = [];
    for (const segment of await store.segments()) {
      const scan = await scanSegment(store, segment);
      if (scan !== undefined) scans.push(scan);
    }
    return { version: 1, storeId: store.storeId.toString('hex'), segments: scans, totals: sum(scans) };
  } finally {
    await store.close();
  }
}

/** `undefined` when the segment was removed meanwhile. */
async function scanSegment(store: StoreInspection, segment: number): Promise<SegmentScan | undefined> {
  const head = await ifPresent(readHead(store.files, store.path(segment, 'seg')));
  if (head === undefined) return undefined;
  const counted = (await ifPresent(countRows(store, segment))) ?? NO_ROWS;
  const used = counted.liveBytes + counted.deadBytes;
  const inIndex = store.index.totalsOf(segment)?.liveShards ?? 0;
  return {
    segment: segmentFileName(segment, 'seg').slice(0, 16),
    ...head,
    ...counted,
    orphanBytes: Math.max(0, head.fileBytes - FILE_HEADER_BYTES - used),
    unlistedShards: Math.max(0, inIndex - counted.liveShards),
  };
}

async function countRows(store: StoreInspection, segment: number): Promise<typeof NO_ROWS> {
  const file = await store.files.open(store.path(segment, 'idx'), 'read');
  const count = { ...NO_ROWS };
  try {
    count.sidecarBytes = await file.sizeBytes();
    for await (const item of scanSidecar(file, store.keys, segment)) {
      if (item.kind === 'damage') {
        count.damagedRowBytes += item.bytes;
        continue;
      }
      const bytes = extentBytes(item.row.extent.lengthBytes);
      if (isLive(store.index, item.row, item.offset)) {
        count.liveShards += 1;
        count.liveBytes += bytes;
      } else {
        count.deadShards += 1;
        count.deadBytes += bytes;
      }
    }
    return count;
  } finally {
    await file.close();
  }
}

async function readHead(
  files: Files,
  path: string,
): Promise<{ fileBytes: number; createdAt: string | undefined }> {
  const file = await files.open(path, 'read');
  try {
    const fileBytes = await file.sizeBytes();
    const page = Buffer.alloc(FILE_HEADER_BYTES);
    return { fileBytes, createdAt: createdAt(page.subarray(0, await file.pread(page, 0))) };
  } finally {
    await file.close();
  }
}

function createdAt(page: Buffer): string | undefined {
  try {
    return new Date(decodeFileHeader(page).createdMs).toISOString();
  } catch (error) {
    if (isPredastoreError(error)) return undefined;
    throw error;
  }
}

async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function sum(scans: readonly SegmentScan[]): StoreScan['totals'] {
  const total = {
    fileBytes: 0,
    sidecarBytes: 0,
    liveShards: 0,
    liveBytes: 0,
    deadShards: 0,
    deadBytes: 0,
    orphanBytes: 0,
    damagedRowBytes: 0,
    unlistedShards: 0,
  };
  for (const scan of scans) {
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += scan[name];
  }
  return total;
}
