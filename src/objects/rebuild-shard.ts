// Makes one shard of a blob anew, out of any K others, and stores it on a node.
//
// The shard is the same to the last byte as the one that was lost: same write id, same object hash, same sealed record. What is
// read was authenticated where it lay (S2), and what was written is read back once before anybody is told.
//
// Invariants:
//   D1. Nothing is changed unless every byte of K other shards could be read; a failure leaves no shard behind.
//   D2. Memory is a few stripes, whatever the size of the blob.

import { errorOf, PredastoreError } from '../core/errors.ts';
import { openBlob } from './read-blob.ts';
import { shapeOf } from './read-plan.ts';
import { shardBytes, storedCellBytes } from './layout.ts';
import { readStripes, type FilledStripe } from './stripe-reader.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { NodeId } from '../core/ids.ts';
import type { ShardDescription, ShardUpload } from '../shards/shard-client.ts';
import type { BlobContext } from './blob-context.ts';

export interface ShardRebuild {
  /** As a record names it: where the other shards lie. */
  readonly blob: BlobRecord;
  readonly index: number;
  /** Where the new shard goes: this very node, which may have a rotten one in its place. */
  readonly target: NodeId;
  /** Shards beside `index` that are known to be of no use. */
  readonly unusable?: readonly number[];
  /** Called before `bytes` are moved; resolves when it is their turn. */
  readonly pace: (bytes: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Bytes of shards moved to make one. Throws `shards-unavailable` (retryable) when fewer than K others can be read just now. */
export async function rebuildShard(context: BlobContext, work: ShardRebuild): Promise<number> {
  const { blob, index, target, signal } = work;
  const shape = shapeOf(blob);
  const lengthBytes = shardBytes(shape, index);
  if (lengthBytes === 0) return 0;
  const { objectHash, record } = await describeBlob(context, blob, index);
  const missing = [...new Set([...(blob.missing ?? []), ...(work.unusable ?? []), index])];
  const range = { start: 0, end: blob.size };
  const opened = await openBlob(context, { ...blob, missing }, range);
  if (opened.kind === 'gone')
    throw new PredastoreError('shards-unavailable', 'too many other shards are absent');
  const key = { writeId: blob.write, index };
  let upload: ShardUpload | undefined;
  try {
    upload = await context.shards.put(target, { key, objectHash, lengthBytes, replaces: true });
    for await (const filled of readStripes(shape, { bytes: opened.bytes }, NO_WITNESS, context.buffers)) {
      signal.throwIfAborted();
      const cell = cellOf(context, blob, index, filled);
      if (cell.length === 0) continue;
      await work.pace(cell.length);
      await upload.write(cell);
      context.buffers.give(filled.buffer);
    }
    await upload.commit(record);
  } catch (error) {
    upload?.abort(errorOf(error));
    throw error;
  } finally {
    opened.close();
  }
  await readBack(context, work, lengthBytes);
  return lengthBytes;
}

/** Copies a shard from the node that has it, byte for byte. Bytes moved; undefined when that node does not have it. */
export async function copyShard(
  context: BlobContext,
  work: ShardRebuild & { readonly from: NodeId },
): Promise<number | undefined> {
  const { blob, index, from, target, signal } = work;
  const key = { writeId: blob.write, index };
  const lengthBytes = shardBytes(shapeOf(blob), index);
  if (lengthBytes === 0) return 0;
  const description = await context.shards.describe(from, key);
  const found = await context.shards.get(from, key, { start: 0, end: lengthBytes });
  if (description === undefined || found.kind === 'absent') return undefined;
  const { objectHash, record } = description;
  let upload: ShardUpload | undefined;
  try {
    upload = await context.shards.put(target, { key, objectHash, lengthBytes, replaces: true });
    for await (const chunk of found.download.bytes) {
      signal.throwIfAborted();
      await work.pace(chunk.length);
      await upload.write(chunk);
    }
    await upload.commit(record);
  } catch (error) {
    upload?.abort(errorOf(error));
    throw error;
  } finally {
    found.download.cancel();
  }
  await readBack(context, work, lengthBytes);
  return lengthBytes;
}

const NO_WITNESS = { update: (): void => undefined };

/** The object hash and sealed record, from any node that has a shard of the blob. */
export async function describeBlob(
  context: BlobContext,
  blob: BlobRecord,
  except: number,
): Promise<ShardDescription> {
  let failure: unknown;
  for (const [index, node] of blob.nodes.entries()) {
    const isEmpty = shardBytes(shapeOf(blob), index) === 0;
    if (index === except || isEmpty || blob.missing?.includes(index) === true) continue;
    try {
      const description = await context.shards.describe(node, { writeId: blob.write, index });
      if (description !== undefined) return description;
    } catch (error) {
      failure = error;
    }
  }
  throw new PredastoreError('shards-unavailable', 'no node describes the blob', failure);
}

function cellOf(
  context: BlobContext,
  blob: BlobRecord,
  index: number,
  { stripe, cells, parity }: FilledStripe,
): Uint8Array {
  const length = storedCellBytes(shapeOf(blob), stripe, index);
  const code = context.erasureCode(blob.k, blob.m);
  const cell = index < blob.k ? cells[index] : code.encode(cells, stripe.cellBytes, parity)[index - blob.k];
  return cell === undefined ? new Uint8Array(0) : cell.subarray(0, length);
}

/** Proves that the node gives the shard back: every fragment is authenticated on the way. */
async function readBack(
  context: BlobContext,
  { blob, index, target }: ShardRebuild,
  lengthBytes: number,
): Promise<void> {
  const key = { writeId: blob.write, index };
  const outcome = await context.shards.get(target, key, { start: 0, end: lengthBytes });
  if (outcome.kind === 'absent')
    throw new PredastoreError('shards-unavailable', `node ${target} does not have the rebuilt shard`);
  try {
    let left = lengthBytes;
    for await (const chunk of outcome.download.bytes) left -= chunk.length;
    if (left !== 0) throw new PredastoreError('shard-corrupt', 'the rebuilt shard has another length');
  } finally {
    outcome.download.cancel();
  }
}
