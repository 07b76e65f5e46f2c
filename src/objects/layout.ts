// The arithmetic of a blob: which byte of an object lies in which cell of which shard. The only place that knows it.
//
// Stripes of K full cells, then one shorter stripe for the rest. The cells of the last stripe are
// min(cell, ⌈rest / K⌉ rounded up to a fragment) long and filled in order, so the last ones may be short or empty. Parity is
// computed over zero-padded cells and stored without the padding; see docs/decisions/0003-small-objects.md.
//
// Invariants:
//   L1. The lengths of the data shards add up to the size of the blob.
//   L2. In every stripe each cell is at most as long as cell 0, and parity is exactly as long as cell 0.

import { FRAGMENT_BODY_BYTES } from '../core/limits.ts';
import { assert } from '../core/assert.ts';
import type { ByteRange } from '../core/body.ts';

export interface BlobShape {
  readonly sizeBytes: number;
  readonly k: number;
  readonly m: number;
  /** Length of a full cell. */
  readonly cellBytes: number;
}

export interface Stripe {
  readonly number: number;
  /** First byte of the object that lies in this stripe. */
  readonly start: number;
  /** Object bytes in this stripe. */
  readonly dataBytes: number;
  /** Length that cells are padded to for coding. */
  readonly cellBytes: number;
  /** Where the stripe's cells begin in their shards. */
  readonly shardStart: number;
}

export function stripeCount(shape: BlobShape): number {
  return Math.ceil(shape.sizeBytes / (shape.k * shape.cellBytes));
}

export function stripeAt(shape: BlobShape, number: number): Stripe {
  const fullBytes = shape.k * shape.cellBytes;
  const start = number * fullBytes;
  const dataBytes = Math.min(fullBytes, shape.sizeBytes - start);
  assert(number >= 0 && dataBytes > 0, 'stripe outside of the blob');
  const cellBytes = dataBytes === fullBytes ? shape.cellBytes : lastCellBytes(shape, dataBytes);
  return { number, start, dataBytes, cellBytes, shardStart: number * shape.cellBytes };
}

/** Bytes really stored of cell `index` of a stripe: data cells are filled in order, parity is as long as cell 0. */
export function storedCellBytes(shape: BlobShape, stripe: Stripe, index: number): number {
  const slot = index < shape.k ? index : 0;
  return Math.max(0, Math.min(stripe.cellBytes, stripe.dataBytes - slot * stripe.cellBytes));
}

/** Length of shard `index`. */
export function shardBytes(shape: BlobShape, index: number): number {
  if (shape.sizeBytes === 0) return 0;
  const last = stripeAt(shape, stripeCount(shape) - 1);
  return last.shardStart + storedCellBytes(shape, last, index);
}

/** The columns (byte positions inside a cell) of one data cell that a range of the object touches; empty when none. */
export function cellColumns(stripe: Stripe, index: number, range: ByteRange): ByteRange {
  const cellStart = stripe.start + index * stripe.cellBytes;
  const cellEnd = Math.min(cellStart + stripe.cellBytes, stripe.start + stripe.dataBytes);
  const start = Math.max(range.start, cellStart);
  const end = Math.min(range.end, cellEnd);
  return start < end ? { start: start - cellStart, end: end - cellStart } : { start: 0, end: 0 };
}

/** The stripes that a non-empty range of the object touches, first and last. */
export function stripesOf(
  shape: BlobShape,
  range: ByteRange,
): { readonly first: number; readonly last: number } {
  assert(range.start < range.end && range.end <= shape.sizeBytes, 'range outside of the blob');
  const fullBytes = shape.k * shape.cellBytes;
  return { first: Math.floor(range.start / fullBytes), last: Math.floor((range.end - 1) / fullBytes) };
}

/** The contiguous part of data shard `index` that a range of the object needs; empty when none. */
export function dataShardRange(shape: BlobShape, index: number, range: ByteRange): ByteRange {
  const { first, last } = stripesOf(shape, range);
  let start: number | undefined;
  let end = 0;
  // Only the first two and the last two stripes of a range can leave a cell out; the ones between are covered whole.
  for (const number of new Set([first, first + 1, last - 1, last])) {
    if (number < first || number > last) continue;
    const stripe = stripeAt(shape, number);
    const columns = cellColumns(stripe, index, range);
    if (columns.start === columns.end) continue;
    start = Math.min(start ?? Infinity, stripe.shardStart + columns.start);
    end = Math.max(end, stripe.shardStart + columns.end);
  }
  return { start: start ?? 0, end };
}

/**
 * The part of every shard that rebuilding a range needs: the same columns of all cells. Inside one cell it is just that
 * range's columns; otherwise whole cells of all stripes touched. Clamp to `shardBytes` per shard.
 */
export function rebuildShardRange(shape: BlobShape, range: ByteRange): ByteRange {
  const { first, last } = stripesOf(shape, range);
  const firstStripe = stripeAt(shape, first);
  const lastStripe = stripeAt(shape, last);
  if (first === last) {
    const firstCell = Math.floor((range.start - firstStripe.start) / firstStripe.cellBytes);
    const lastCell = Math.floor((range.end - 1 - firstStripe.start) / firstStripe.cellBytes);
    if (firstCell === lastCell) {
      const columns = cellColumns(firstStripe, firstCell, range);
      return { start: firstStripe.shardStart + columns.start, end: firstStripe.shardStart + columns.end };
    }
  }
  return { start: firstStripe.shardStart, end: lastStripe.shardStart + lastStripe.cellBytes };
}

function lastCellBytes(shape: BlobShape, restBytes: number): number {
  const evenly = Math.ceil(restBytes / shape.k);
  const wholeFragments = Math.ceil(evenly / FRAGMENT_BODY_BYTES) * FRAGMENT_BODY_BYTES;
  return Math.min(shape.cellBytes, wholeFragments);
}
