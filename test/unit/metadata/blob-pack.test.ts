// Records of objects that were uploaded in many parts.

import { deflateRawSync } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import type { ObjectRecord } from '../../../src/contracts/records.ts';
import { METADATA_RECORD_BYTES_MAX } from '../../../src/core/limits.ts';
import { decodeObject, decodeSummary, encodeObject } from '../../../src/metadata/record-codec.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { someBlob, someObject } from '../../support/metadata-planes.ts';

/** The worst a client can make: every part of another size, with the longest checksum, and as much metadata as S3 takes. */
function manyParts(count: number): ObjectRecord {
  const sizes = Array.from({ length: count }, () => 5 * 2 ** 20 + systemRandom.bytes(4).readUInt32BE());
  return someObject({
    meta: { notes: systemRandom.bytes(1500).toString('base64') },
    blobs: sizes.map((size) => someBlob({ size })),
    parts: sizes.map((size, at) => ({
      number: at + 1,
      size,
      checksum: systemRandom.bytes(32).toString('base64'),
    })),
    upload: 'a'.repeat(32),
  });
}

describe('a record of many parts', () => {
  test('fits a message with 10 000 of them, and comes back as it was', () => {
    const record = manyParts(10_000);
    const bytes = encodeObject(record);
    expect(bytes.length).toBeLessThan(METADATA_RECORD_BYTES_MAX);
    expect(decodeObject(bytes)).toEqual(record);
  });

  test('says everything but where its bytes lie without being unpacked', () => {
    const record = manyParts(300);
    const { blobs, parts, ...summary } = record;
    const text = encodeObject(record).toString('utf8');
    expect(JSON.parse(text)).toMatchObject(summary);
    const unreadable = Buffer.from(JSON.stringify({ ...summary, packed: '?' }));
    expect(decodeSummary(unreadable)).toMatchObject(summary);
    expect(() => decodeObject(unreadable)).toThrow(expect.objectContaining({ code: 'metadata-corrupt' }));
    expect(blobs.length + (parts?.length ?? 0)).toBe(600);
  });

  test('keeps different placements, missing shards and empty parts apart', () => {
    const record = someObject({
      blobs: Array.from({ length: 300 }, (_, at) =>
        at % 7 === 0 ? someBlob({ missing: [at % 3] }) : someBlob({ epoch: at % 2 }),
      ),
      parts: Array.from({ length: 301 }, (_, at) => ({ number: 2 * at + 1, size: at === 300 ? 0 : 5 })),
    });
    expect(decodeObject(encodeObject(record))).toEqual(record);
  });

  const { blobs: _, ...summary } = someObject();
  const packed = (columns: unknown): Buffer =>
    Buffer.from(
      JSON.stringify({
        ...summary,
        packed: deflateRawSync(JSON.stringify(columns)).toString('base64'),
      }),
    );
  const { write, size, ...layout } = someBlob();
  const good = { layouts: [layout], layout: [0], sizes: [size], writes: write };
  const bad: [string, Buffer][] = [
    ['a bomb', packed('x'.repeat(9 * 2 ** 20))],
    ['a list', packed([])],
    ['no layout', packed({ ...good, layouts: [] })],
    ['a malformed layout', packed({ ...good, layouts: [{ ...layout, nodes: [1] }] })],
    ['more sizes than blobs', packed({ ...good, sizes: [1, 2] })],
    ['a write id cut short', packed({ ...good, writes: write.slice(1) })],
    ['a write id of other letters', packed({ ...good, writes: 'z'.repeat(32) })],
    ['parts of another count', packed({ ...good, parts: { numbers: [1, 2] } })],
    ['checksums of another count', packed({ ...good, parts: { numbers: [1], checksums: [] } })],
    ['blobs beside the pack', Buffer.from(JSON.stringify({ ...someObject(), packed: '' }))],
  ];
  test.each(bad)('with %s in its pack is corrupt, not guessed at', (_what, bytes) => {
    expect(() => decodeObject(bytes)).toThrow(expect.objectContaining({ code: 'metadata-corrupt' }));
  });

  test('may be written by hand', () => {
    expect(decodeObject(packed(good)).blobs).toEqual([{ write, size, ...layout }]);
  });
});
