// Object records come back as they were, packed or not.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { BlobRecord } from '../../../src/contracts/records.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { decodeObject, decodeSummary, encodeObject } from '../../../src/metadata/record-codec.ts';
import { someBlob, someObject } from '../../support/metadata-planes.ts';

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const blobs: fc.Arbitrary<BlobRecord> = fc
  .record({ size: count, k: fc.integer({ min: 1, max: 3 }), m: fc.nat({ max: 2 }), epoch: count })
  .chain((shape) =>
    fc
      .record({
        nodes: fc.array(fc.integer({ min: 1, max: 65_535 }).map(nodeId), {
          minLength: shape.k + shape.m,
          maxLength: shape.k + shape.m,
        }),
        missing: fc.option(fc.subarray([0]), { nil: undefined }),
      })
      .map(({ nodes, missing }) => someBlob({ ...shape, nodes, ...(missing && { missing }) })),
  );
const parts = fc.array(
  fc
    .record({
      number: count,
      size: count,
      checksum: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
    })
    .map(({ checksum, ...part }) => ({ ...part, ...(checksum !== undefined && { checksum }) })),
  { maxLength: 20 },
);

test('an object record of any blobs and parts comes back as it was, and its summary without them', () => {
  fc.assert(
    fc.property(
      fc.array(blobs, { maxLength: 12 }),
      fc.option(parts, { nil: undefined }),
      fc.constantFrom(0, 20_000, 60_000),
      (some, someParts, metaBytes) => {
        const record = someObject({
          blobs: some,
          meta: { text: 'é'.repeat(metaBytes / 2) },
          ...(someParts && { parts: someParts }),
        });
        const bytes = encodeObject(record);
        expect(bytes.includes('"packed"')).toBe(metaBytes > 0);
        expect(decodeObject(bytes)).toEqual(record);
        const { blobs: _blobs, parts: _parts, ...summary } = record;
        expect(decodeSummary(bytes)).toMatchObject(summary);
      },
    ),
    { numRuns: 200 },
  );
});
