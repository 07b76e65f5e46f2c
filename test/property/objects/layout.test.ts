import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FRAGMENT_BODY_BYTES } from '../../../src/core/limits.ts';
import {
  cellColumns,
  dataShardRange,
  rebuildShardRange,
  shardBytes,
  storedCellBytes,
  stripeAt,
  stripeCount,
  stripesOf,
  type BlobShape,
} from '../../../src/objects/layout.ts';

const shapes: fc.Arbitrary<BlobShape> = fc.record({
  sizeBytes: fc.oneof(
    fc.integer({ min: 1, max: 5_000_000 }),
    fc.integer({ min: 1, max: 64 }).map((n) => n * FRAGMENT_BODY_BYTES),
  ),
  k: fc.integer({ min: 1, max: 9 }),
  m: fc.integer({ min: 0, max: 4 }),
  cellBytes: fc.constantFrom(8_192, 65_536),
});

const shapesWithRange = shapes.chain((shape) =>
  fc
    .tuple(fc.integer({ min: 0, max: shape.sizeBytes - 1 }), fc.integer({ min: 1, max: shape.sizeBytes }))
    .map(([start, length]) => ({ shape, range: { start, end: Math.min(shape.sizeBytes, start + length) } })),
);

describe('the layout of a blob', () => {
  test('every byte of the object is stored in exactly one data shard', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        let total = 0;
        for (let index = 0; index < shape.k; index += 1) total += shardBytes(shape, index);
        expect(total).toBe(shape.sizeBytes);
      }),
    );
  });

  test('the cells of a shard follow each other without a gap', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        for (let index = 0; index < shape.k + shape.m; index += 1) {
          let position = 0;
          for (let number = 0; number < stripeCount(shape); number += 1) {
            const stripe = stripeAt(shape, number);
            const length = storedCellBytes(shape, stripe, index);
            if (length > 0) expect(position).toBe(stripe.shardStart);
            position += length;
          }
          expect(position).toBe(shardBytes(shape, index));
        }
      }),
    );
  });

  test('no cell is longer than cell 0 of its stripe, and parity is exactly as long', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        for (let number = 0; number < stripeCount(shape); number += 1) {
          const stripe = stripeAt(shape, number);
          const first = storedCellBytes(shape, stripe, 0);
          for (let index = 1; index < shape.k + shape.m; index += 1) {
            const length = storedCellBytes(shape, stripe, index);
            expect(length).toBeLessThanOrEqual(first);
            if (index >= shape.k) expect(length).toBe(first);
          }
        }
      }),
    );
  });

  test('the columns of all cells cover a range once, and lie inside what is read for it', () => {
    fc.assert(
      fc.property(shapesWithRange, ({ shape, range }) => {
        const { first, last } = stripesOf(shape, range);
        const rebuild = rebuildShardRange(shape, range);
        let covered = 0;
        for (let number = first; number <= last; number += 1) {
          const stripe = stripeAt(shape, number);
          for (let index = 0; index < shape.k; index += 1) {
            const columns = cellColumns(stripe, index, range);
            if (columns.start === columns.end) continue;
            covered += columns.end - columns.start;
            const direct = dataShardRange(shape, index, range);
            for (const part of [direct, rebuild]) {
              expect(stripe.shardStart + columns.start).toBeGreaterThanOrEqual(part.start);
              expect(stripe.shardStart + columns.end).toBeLessThanOrEqual(part.end);
            }
          }
        }
        expect(covered).toBe(range.end - range.start);
      }),
    );
  });

  test('a direct read asks for not a byte more than the range holds', () => {
    fc.assert(
      fc.property(shapesWithRange, ({ shape, range }) => {
        let total = 0;
        for (let index = 0; index < shape.k; index += 1) {
          const part = dataShardRange(shape, index, range);
          total += part.end - part.start;
        }
        expect(total).toBe(range.end - range.start);
      }),
    );
  });

  test('a small object lives in one data shard and costs no more than one fragment there', () => {
    const shape = { sizeBytes: 4096, k: 2, m: 1, cellBytes: 65_536 };
    expect([0, 1, 2].map((index) => shardBytes(shape, index))).toEqual([4096, 0, 4096]);
  });
});
