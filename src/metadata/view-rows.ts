// Rows of the view: how keys and values lie in LMDB.
//
// Object row: bucket id ‖ 0x00 ‖ key bytes → revision (8 bytes, big-endian) ‖ record (JSON, as in the stream).

const REVISION_BYTES = 8;
const SEPARATOR = Buffer.from([0]);

export function viewKey(bucketId: string, key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(bucketId, 'latin1'), SEPARATOR, key]);
}

export function stored(revision: number, record: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(REVISION_BYTES + record.length);
  row.writeBigUInt64BE(BigInt(revision));
  row.set(record, REVISION_BYTES);
  return row;
}

export function storedRevision(row: Buffer): number {
  return row.readUInt32BE(0) * 2 ** 32 + row.readUInt32BE(4);
}

export function storedRecord(row: Buffer): Buffer {
  return row.subarray(REVISION_BYTES);
}
