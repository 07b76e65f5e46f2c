// The blobs and parts of a large object as one text: the only part of a record that is not meant to be read by eye.
//
// A record must fit one NATS message, and an object of 10 000 parts has 10 000 blobs: 2 MB of plain JSON. They are kept by
// column, with what most blobs share (k, m, cell, epoch, nodes, missing) once: base64(deflateRaw(JSON)). Measured with SHA-256
// of every part, the worst case: 0.68 MB, about 35 ms to write and 15 ms to read; without checksums 0.23 MB.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { BlobRecord, PartSummary } from '../contracts/records.ts';
import { parseWriteId } from '../core/ids.ts';
import { METADATA_PACK_BYTES_MAX } from '../core/limits.ts';
import { expect, isCount, isFields, isText } from './field-checks.ts';

/** Random hex and base64 do not get smaller with more effort, only slower. */
const DEFLATE_LEVEL = 1;
const WRITE_ID_DIGITS = 32;

/** What blobs of one object usually have in common. */
type Layout = Omit<BlobRecord, 'write' | 'size'>;

interface PartColumns {
  readonly numbers: readonly number[];
  /** Absent: those of the blobs. */
  readonly sizes?: readonly number[];
  /** Empty text: none. Absent: no part has one. */
  readonly checksums?: readonly string[];
}

interface Columns {
  readonly layouts: readonly Layout[];
  /** Index into `layouts`, per blob. */
  readonly layout: readonly number[];
  readonly sizes: readonly number[];
  /** Write ids, one after the other. */
  readonly writes: string;
  readonly parts?: PartColumns;
}

export interface PackedFields {
  readonly blobs: readonly BlobRecord[];
  readonly parts?: readonly PartSummary[];
}

export function packBlobs({ blobs, parts }: PackedFields): string {
  const layouts = new Map<string, number>();
  const layout = blobs.map((blob) => {
    const text = JSON.stringify(layoutOf(blob));
    const index = layouts.get(text) ?? layouts.size;
    layouts.set(text, index);
    return index;
  });
  const sizes = blobs.map(({ size }) => size);
  const columns: Columns = {
    layouts: [...layouts.keys()].map((text) => JSON.parse(text) as Layout),
    layout,
    sizes,
    writes: blobs.map(({ write }) => write).join(''),
    ...(parts && { parts: partColumns(parts, sizes) }),
  };
  return deflateRawSync(JSON.stringify(columns), { level: DEFLATE_LEVEL }).toString('base64');
}

/** Throws what does not come from `packBlobs`; never inflates past METADATA_PACK_BYTES_MAX. `checkLayout` sees every layout once. */
export function unpackBlobs(text: string, checkLayout: (layout: unknown) => void): PackedFields {
  const json = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: METADATA_PACK_BYTES_MAX });
  const columns: unknown = JSON.parse(json.toString('utf8'));
  expect(isFields(columns), 'packed');
  const { layouts, layout, sizes, writes, parts } = columns;
  expect(Array.isArray(layouts), 'packed layouts');
  layouts.forEach(checkLayout);
  expect(isCountList(layout) && isCountList(sizes) && sizes.length === layout.length, 'packed columns');
  expect(isText(writes) && writes.length === sizes.length * WRITE_ID_DIGITS, 'packed writes');
  const blobs = sizes.map((size, at): BlobRecord => {
    const shared = layouts[layout[at] ?? -1] as Layout | undefined;
    expect(shared !== undefined, 'packed layout');
    const write = parseWriteId(writes.slice(at * WRITE_ID_DIGITS, (at + 1) * WRITE_ID_DIGITS));
    return { ...shared, write, size };
  });
  return parts === undefined ? { blobs } : { blobs, parts: unpackParts(parts, sizes) };
}

function layoutOf({ k, m, cell, epoch, nodes, missing }: BlobRecord): Layout {
  return { k, m, cell, epoch, nodes, ...(missing && { missing }) };
}

function partColumns(parts: readonly PartSummary[], blobSizes: readonly number[]): PartColumns {
  const sizes = parts.map(({ size }) => size);
  const asBlobs = sizes.length === blobSizes.length && sizes.every((size, at) => size === blobSizes[at]);
  return {
    numbers: parts.map(({ number }) => number),
    ...(!asBlobs && { sizes }),
    ...(parts.some(({ checksum }) => checksum !== undefined) && {
      checksums: parts.map(({ checksum }) => checksum ?? ''),
    }),
  };
}

function unpackParts(value: unknown, blobSizes: readonly number[]): PartSummary[] {
  expect(isFields(value), 'packed parts');
  const { numbers, sizes = blobSizes, checksums } = value;
  expect(
    isCountList(numbers) && isCountList(sizes) && sizes.length === numbers.length,
    'packed part columns',
  );
  const texts: readonly unknown[] = checksums === undefined ? [] : (checksums as unknown[]);
  expect(
    checksums === undefined ||
      (Array.isArray(checksums) && texts.length === numbers.length && texts.every(isText)),
    'packed checksums',
  );
  return numbers.map((number, at) => {
    const checksum = texts[at];
    return { number, size: sizes[at] ?? 0, ...(isText(checksum) && checksum !== '' && { checksum }) };
  });
}

function isCountList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}
