// The first page of a segment and of its sidecar. It names the store and carries the wrapped data key, so that a segment can be
// read with the master key alone, should everything else of the directory be lost.

import { createHash } from 'node:crypto';
import { PredastoreError } from '../core/errors.ts';
import { readUint64, writeUint64 } from './big-endian.ts';
import { STORE_ID_BYTES, WRAPPED_KEY_BYTES, type KeySlot } from './data-key.ts';
import { FILE_HEADER_BYTES } from './extent.ts';

const VERSION = 1;
const MAGICS = { segment: 'PDSEGMNT', sidecar: 'PDSIDECR' } as const;
const CHECKED_BYTES = 112;
const DIGEST_BYTES = 32;

export type FileKind = keyof typeof MAGICS;

export interface FileHeader {
  readonly kind: FileKind;
  readonly storeId: Buffer;
  readonly segment: number;
  readonly createdMs: number;
  readonly keySlot: KeySlot;
}

export function encodeFileHeader(header: FileHeader): Buffer {
  const page = Buffer.alloc(FILE_HEADER_BYTES);
  page.write(MAGICS[header.kind], 0, 'latin1');
  page.writeUInt32BE(VERSION, 8);
  page.writeUInt32BE(FILE_HEADER_BYTES, 12);
  header.storeId.copy(page, 16);
  writeUint64(page, header.segment, 32);
  writeUint64(page, header.createdMs, 40);
  page.writeUInt32BE(header.keySlot.epoch, 48);
  header.keySlot.wrapped.copy(page, 52);
  digestOf(page).copy(page, CHECKED_BYTES);
  return page;
}

/** Throws `store-damaged` for anything that is not a whole header of this version. */
export function decodeFileHeader(page: Buffer): FileHeader {
  if (page.length < FILE_HEADER_BYTES) throw damaged('is cut short');
  const magic = page.toString('latin1', 0, 8);
  const kind = magic === MAGICS.segment ? 'segment' : magic === MAGICS.sidecar ? 'sidecar' : undefined;
  if (kind === undefined) throw damaged('has a wrong magic');
  if (digestOf(page).compare(page, CHECKED_BYTES, CHECKED_BYTES + DIGEST_BYTES) !== 0) {
    throw damaged('fails its checksum');
  }
  const version = page.readUInt32BE(8);
  if (version !== VERSION) throw damaged(`has version ${version}, this program knows ${VERSION}`);
  return {
    kind,
    storeId: Buffer.from(page.subarray(16, 16 + STORE_ID_BYTES)),
    segment: readUint64(page, 32),
    createdMs: readUint64(page, 40),
    keySlot: {
      epoch: page.readUInt32BE(48),
      wrapped: Buffer.from(page.subarray(52, 52 + WRAPPED_KEY_BYTES)),
    },
  };
}

function digestOf(page: Buffer): Buffer {
  return createHash('sha256').update(page.subarray(0, CHECKED_BYTES)).digest();
}

function damaged(how: string): PredastoreError {
  return new PredastoreError('store-damaged', `a segment file header ${how}`);
}
