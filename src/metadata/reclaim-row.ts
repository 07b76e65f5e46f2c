// A row of the reclaim queue: queued at (ms, 8 bytes) ‖ revision that let go of the blob (8) ‖ place in the batch (4) → blob, JSON.

import type { BlobRecord } from '../contracts/records.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { expect, isFields } from './field-checks.ts';
import { checkBlob } from './record-codec.ts';

const ROW_KEY_BYTES = 20;

export function queueKey(queuedMs: number, revision: number, place: number): Buffer {
  const key = Buffer.allocUnsafe(ROW_KEY_BYTES);
  key.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(queuedMs))), 0);
  key.writeBigUInt64BE(BigInt(revision), 8);
  key.writeUInt32BE(place, 16);
  return key;
}

/** When the row of this key was queued. */
export function queuedMsOf(key: Buffer): number {
  return key.readUInt32BE(0) * 2 ** 32 + key.readUInt32BE(4);
}

export function queueRow(blob: BlobRecord): Buffer {
  return Buffer.from(JSON.stringify({ blob }));
}

/** Throws `metadata-corrupt`. */
export function queuedBlob(row: Buffer): BlobRecord {
  try {
    const fields: unknown = JSON.parse(row.toString('utf8'));
    expect(isFields(fields), 'not an object');
    const { blob } = fields;
    checkBlob(blob);
    return blob;
  } catch (error) {
    throw new PredastoreError('metadata-corrupt', `queued blob: ${messageOf(error)}`, error);
  }
}
