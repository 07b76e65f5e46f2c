// 64-bit numbers of the disk formats as JavaScript numbers: a BigInt per field would cost more than the field.

import { PredastoreError } from '../core/errors.ts';

const WORD = 2 ** 32;

export function writeUint64(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(value / WORD), offset);
  bytes.writeUInt32BE(value % WORD, offset + 4);
}

/** Refuses what no store has ever written: counters and offsets stay below 2^53 for ever. */
export function readUint64(bytes: Buffer, offset: number): number {
  const value = bytes.readUInt32BE(offset) * WORD + bytes.readUInt32BE(offset + 4);
  if (!Number.isSafeInteger(value)) throw new PredastoreError('store-damaged', 'a number is out of range');
  return value;
}
