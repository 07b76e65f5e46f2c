// Stores on real directories, and shards whose bytes follow from their name.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, type ByteRange } from '../../src/core/body.ts';
import type { WriteId } from '../../src/core/ids.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import { openSegmentStore } from '../../src/segments/segment-store.ts';
import type { ShardStore } from '../../src/segments/shard-store.ts';
import type { SegmentStoreOptions } from '../../src/segments/store-options.ts';

export const MASTER_KEY = Buffer.alloc(32, 7);

export async function temporaryDirectory(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, 'predastore-segments-'));
}

/** Where fsync costs nothing: for tests that open hundreds of stores and never pull the plug. */
export const FAST_DISK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A directory that is removed after `work`, whatever happens. */
export async function inTemporaryDirectory<T>(
  work: (directory: string) => Promise<T>,
  parent = tmpdir(),
): Promise<T> {
  const directory = await temporaryDirectory(parent);
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export function openStore(
  directory: string,
  options: Partial<SegmentStoreOptions> = {},
): Promise<ShardStore> {
  return openSegmentStore({
    directory,
    masterKey: MASTER_KEY,
    watermarks: { nearFull: 0, full: 0 },
    ...options,
  });
}

/** The `number`-th shard key, in index order. */
export function keyOf(number: number, index = 0): ShardKey {
  return { writeId: number.toString(16).padStart(32, '0') as WriteId, index };
}

export function hashOf(key: ShardKey): Buffer {
  return createHash('sha256').update(`object ${key.writeId}`).digest();
}

/** Bytes that follow from key and length; no two 64-byte steps are alike. */
export function bytesOf(key: ShardKey, lengthBytes: number): Buffer {
  const seed = createHash('sha512').update(`${key.writeId}/${key.index}`).digest();
  const bytes = Buffer.alloc(lengthBytes);
  for (let at = 0; at < lengthBytes; at += 64) {
    seed.writeUInt32BE(at, 0);
    seed.copy(bytes, at);
  }
  return bytes;
}

export function recordOf(key: ShardKey): Buffer {
  return Buffer.from(JSON.stringify({ object: key.writeId, shard: key.index }));
}

/** Appends and commits the shard that `bytesOf` describes, in portions of `chunkBytes`. */
export async function store(
  target: ShardStore,
  key: ShardKey,
  lengthBytes: number,
  chunkBytes = 65_536,
): Promise<void> {
  const writer = await target.append({ key, objectHash: hashOf(key), lengthBytes });
  try {
    const bytes = bytesOf(key, lengthBytes);
    for (let at = 0; at < lengthBytes; at += chunkBytes)
      await writer.write(bytes.subarray(at, at + chunkBytes));
    await writer.commit(recordOf(key));
  } finally {
    await writer.abort();
  }
}

/** The bytes of a shard; `undefined` when the store has none. */
export async function load(
  source: ShardStore,
  key: ShardKey,
  range?: ByteRange,
): Promise<Buffer | undefined> {
  const reader = await source.read(key, range);
  return reader === undefined ? undefined : collect(reader.bytes(), 1 << 30);
}
