// Whether a file can be given to LMDB at all.
//
// LMDB maps its file and believes what it reads: a file that is not one, or that lost its end, kills the process with a
// signal instead of an error. So the two meta pages are looked at before, and the length they promise.
//
// Page header 24 bytes; then magic (4), version (4), address (8), map size (8), two tables of 48 bytes, of which the first
// begins with the page size, last page (8), transaction (8). Native byte order; all our machines are little-endian.

import { open } from 'node:fs/promises';
import { systemCodeOf } from '../core/errors.ts';

const META_PAGES = 2;
/** Given to LMDB explicitly, so that the checks below hold on machines with larger pages too. */
export const VIEW_PAGE_BYTES = 4_096;
const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;
const PAGE_SIZE_AT = MAGIC_AT + 24;
const LAST_PAGE_AT = MAGIC_AT + 24 + 96;
const TRANSACTION_AT = LAST_PAGE_AT + 8;

interface Meta {
  readonly transaction: bigint;
  readonly bytes: bigint;
}

/** True for a file that LMDB may open, one that is empty, and one that is not there. */
export async function canBeOpened(path: string): Promise<boolean> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT';
  }
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const pages = Buffer.alloc(META_PAGES * VIEW_PAGE_BYTES);
    const { bytesRead } = await file.read(pages, 0, pages.length, 0);
    if (bytesRead < pages.length) return false;
    return holdsWhatItPromises(pages, BigInt(size));
  } finally {
    await file.close();
  }
}

function holdsWhatItPromises(pages: Buffer, size: bigint): boolean {
  const first = readMeta(pages.subarray(0, VIEW_PAGE_BYTES));
  const second = readMeta(pages.subarray(VIEW_PAGE_BYTES));
  if (first === undefined || second === undefined) return false;
  const newest = first.transaction > second.transaction ? first : second;
  return size >= newest.bytes;
}

function readMeta(page: Buffer): Meta | undefined {
  if (page.readUInt32LE(MAGIC_AT) !== MAGIC || page.readUInt32LE(PAGE_SIZE_AT) !== VIEW_PAGE_BYTES)
    return undefined;
  return {
    transaction: page.readBigUInt64LE(TRANSACTION_AT),
    bytes: (page.readBigUInt64LE(LAST_PAGE_AT) + 1n) * BigInt(VIEW_PAGE_BYTES),
  };
}
