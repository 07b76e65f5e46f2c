// Parsers of what lies on the disk of a node.

import { randomBytes } from 'node:crypto';
import { parseWriteId } from '../../../src/core/ids.ts';
import { createKeySlot, unwrapWith } from '../../../src/segments/data-key.ts';
import { FILE_HEADER_BYTES, FRAGMENT_BYTES, type Extent } from '../../../src/segments/extent.ts';
import { decodeFileHeader, encodeFileHeader } from '../../../src/segments/file-header.ts';
import { FragmentCodec } from '../../../src/segments/fragment.ts';
import { decodeRow, encodeRow, scanSidecar, type SidecarRow } from '../../../src/segments/sidecar.ts';
import { decodeState, encodeState } from '../../../src/segments/state-file.ts';
import type { OpenFile } from '../../../src/platform/files.ts';
import { Wrong, type FuzzTarget } from './target.ts';

const SEGMENT = 3;
const storeId = Buffer.alloc(16, 7);
const masterKey = Buffer.alloc(32, 9);
const random = { bytes: (count: number) => randomBytes(count), fraction: () => 0.5 };
const slot = createKeySlot(masterKey, storeId, 1, random);
const keys = unwrapWith([masterKey], storeId, [slot]).keys;

function rowOf(number: number): SidecarRow {
  const extent: Extent = {
    segment: SEGMENT,
    offset: FILE_HEADER_BYTES + number * FRAGMENT_BYTES,
    lengthBytes: 5_000 + number,
    firstFragment: 100 + number,
    shardNumber: 10 + number,
    keyEpoch: 1,
  };
  const writeId = parseWriteId(`${number}`.padStart(32, '0'));
  const identity = { key: { writeId, index: number }, objectHash: Buffer.alloc(32, number) };
  return { identity, extent, record: Buffer.from(JSON.stringify({ v: 1, number })) };
}

const rows = [0, 1, 2, 3].map(rowOf);
const encodedRows = rows.map((row, number) => encodeRow(row, { key: keys.current, number: 500 + number }));
const texts = new Set(rows.map((row) => textOf(row)));

function textOf({ identity, extent, record }: SidecarRow): string {
  const hash = Buffer.from(identity.objectHash).toString('hex');
  const place = Object.entries(extent).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([identity.key.writeId, identity.key.index, hash, place, record.toString()]);
}

function requireKnown(row: SidecarRow): void {
  if (!texts.has(textOf(row))) throw new Wrong('a row that nobody wrote');
}

const identity = rows[0]!.identity;
const codec = new FragmentCodec(keys.current, identity, rows[0]!.extent);
const fragment = Buffer.alloc(FRAGMENT_BYTES);
const fragmentBody = Buffer.alloc(8192, 5);
codec.seal(0, fragmentBody, fragment, 0);

export const DISK_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'fragment',
    seeds: [fragment],
    parse: (input) => {
      const padded = Buffer.concat([input, Buffer.alloc(FRAGMENT_BYTES)]).subarray(0, FRAGMENT_BYTES);
      const opened = codec.open(0, padded, 0);
      if (!opened.equals(fragmentBody.subarray(0, opened.length))) throw new Wrong('opened other bytes');
    },
  },
  {
    name: 'sidecar-row',
    seeds: encodedRows,
    parse: (input) => {
      const row = decodeRow(input, keys, SEGMENT);
      if (row !== undefined) requireKnown(row);
    },
  },
  {
    name: 'sidecar',
    seeds: [Buffer.concat(encodedRows)],
    parse: async (input) => {
      for await (const item of scanSidecar(fileOf(input), keys, SEGMENT, 0))
        if (item.kind === 'row') requireKnown(item.row);
    },
  },
  {
    name: 'state-file',
    seeds: [
      encodeState({
        storeId,
        sequence: 5,
        fragmentHighWater: 1 << 20,
        shardHighWater: 1 << 20,
        nextSegment: 9,
        keySlots: [slot],
      }),
    ],
    parse: (input) => decodeState(input),
  },
  {
    name: 'file-header',
    seeds: [encodeFileHeader({ kind: 'segment', segment: SEGMENT, storeId, createdMs: 1, keySlot: slot })],
    parse: (input) => decodeFileHeader(input),
  },
];

function fileOf(bytes: Buffer): OpenFile {
  const pread = (into: Uint8Array, position: number): number => {
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  };
  return {
    pread: (into, position) => Promise.resolve(pread(into, position)),
    preadSync: pread,
    pwrite: () => Promise.reject(new Error('read only')),
    datasync: () => Promise.resolve(),
    sizeBytes: () => Promise.resolve(bytes.length),
    close: () => Promise.resolve(),
  };
}
