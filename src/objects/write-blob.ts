// Writes one blob: stripes in, parity added, K + M shards out to their nodes, durable on enough of them.
//
// Owns: the lanes of one write. Refuses: metadata (the caller commits the record that makes the blob exist).
// Invariants:
//   W1. Memory is bounded by the lanes' queues, whatever the size of the body.
//   W2. A node that fails, stalls or is full costs its shard, not the write, as long as the floor holds.
//   W3. When a write throws, every shard that might be durable has been told to go away.

import { createHash } from 'node:crypto';
import { present } from '../core/assert.ts';
import { errorOf, isPredastoreError, PredastoreError } from '../core/errors.ts';
import { composeWriteId, type NodeId, type WriteId } from '../core/ids.ts';
import { CELL_BYTES, SHARD_WRITE_STALL_MS } from '../core/limits.ts';
import { settled } from '../platform/supervise.ts';
import { within } from '../platform/clock.ts';
import { DigestCheck, type VerifiedDigests } from './digest-check.ts';
import { shardBytes, storedCellBytes, type BlobShape } from './layout.ts';
import { place } from './placement.ts';
import { ShardLane } from './shard-lane.ts';
import { readStripes, type FilledStripe } from './stripe-reader.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { DigestAlgorithm, IncomingBody } from '../core/body.ts';
import type { BlobContext } from './blob-context.ts';
import type { ObjectCipher } from './customer-key.ts';
import type { ErasureCode } from '../shards/erasure-code.ts';

export interface BlobWrite {
  readonly bucket: string;
  readonly key: string;
  readonly body: IncomingBody;
  readonly signal: AbortSignal;
  /** Computed beside the digests that the body announces. */
  readonly checksum?: DigestAlgorithm;
  /** Enciphers what is stored; digests are of the plain body. */
  readonly cipher?: ObjectCipher;
}

export interface WrittenBlob {
  readonly blob: BlobRecord;
  readonly digests: VerifiedDigests;
  readonly nearFull: boolean;
}

/** Makes the object record that is sealed beside every shard, once the digests are known. */
export type RecordMaker = (blob: BlobRecord, digests: VerifiedDigests) => Uint8Array;

/** Stores a body that is not empty. Throws `shards-unavailable`, `store-full`, or what the body threw. */
export async function writeBlob(
  context: BlobContext,
  write: BlobWrite,
  makeRecord: RecordMaker,
): Promise<WrittenBlob> {
  const writing = await BlobWriting.open(context, write);
  try {
    return await writing.run(write, makeRecord);
  } catch (error) {
    writing.giveUp(errorOf(error));
    throw error;
  }
}

/** SHA-256 of `bucket/key`: binds fragments to their object and places it on the ring. */
export function objectHashOf(bucket: string, key: string): Buffer {
  return createHash('sha256').update(`${bucket}/${key}`, 'utf8').digest();
}

class BlobWriting {
  readonly #context: BlobContext;
  readonly #shape: BlobShape;
  readonly #writeId: WriteId;
  readonly #code: ErasureCode;
  readonly #nodes: readonly NodeId[];
  readonly #lanes: readonly ShardLane[];
  readonly #failures: Error[];

  private constructor(parts: {
    context: BlobContext;
    shape: BlobShape;
    writeId: WriteId;
    nodes: readonly NodeId[];
    lanes: readonly ShardLane[];
    failures: Error[];
  }) {
    this.#context = parts.context;
    this.#shape = parts.shape;
    this.#writeId = parts.writeId;
    this.#nodes = parts.nodes;
    this.#lanes = parts.lanes;
    this.#failures = parts.failures;
    this.#code = parts.context.erasureCode(parts.shape.k, parts.shape.m);
  }

  static async open(context: BlobContext, write: BlobWrite): Promise<BlobWriting> {
    const { k, m } = context.coding;
    const shape: BlobShape = { sizeBytes: write.body.lengthBytes, k, m, cellBytes: CELL_BYTES };
    const objectHash = objectHashOf(write.bucket, write.key);
    const writeId = composeWriteId(context.clock.nowMs(), context.self, context.random.bytes(8));
    const order = context.ring().order(objectHash);
    const placement = place(shape, order, (node) => context.shards.condition(node) !== 'down');
    const nodes = [...placement.nodes];
    const spares = [...placement.spares];
    const failures: Error[] = [];
    const openLane = async (index: number): Promise<ShardLane | undefined> => {
      const lengthBytes = shardBytes(shape, index);
      if (lengthBytes === 0) return undefined;
      for (let node = nodes[index]; node !== undefined; node = spares.shift()) {
        try {
          const upload = await context.shards.put(node, { key: { writeId, index }, objectHash, lengthBytes });
          nodes[index] = node;
          return new ShardLane(index, node, upload);
        } catch (error) {
          failures.push(error as Error);
        }
      }
      return undefined;
    };
    const lanes = await Promise.all(nodes.map((_, index) => openLane(index)));
    const opened = lanes.filter((lane) => lane !== undefined);
    return new BlobWriting({ context, shape, writeId, nodes, lanes: opened, failures });
  }

  async run(write: BlobWrite, makeRecord: RecordMaker): Promise<WrittenBlob> {
    this.#requireFloor();
    const digests = await DigestCheck.start(write.body, write.checksum);
    const encipher = write.cipher?.stream(this.#writeId, 0);
    for await (const filled of readStripes(this.#shape, write.body, digests, this.#context.buffers)) {
      write.signal.throwIfAborted();
      // The cells of a stripe are its bytes in order, in a buffer that is this write's own.
      if (encipher !== undefined) for (const cell of filled.cells) cell.set(encipher.update(cell));
      this.#send(filled);
      await this.#makeRoom();
    }
    const verified = digests.finish(write.body.claims());
    const blob = this.#describe(this.#missing());
    const nearFull = await this.#commit(makeRecord(blob, verified));
    return { blob: this.#describe(this.#missing()), digests: verified, nearFull };
  }

  giveUp(reason: Error): void {
    for (const lane of this.#lanes) {
      lane.fail(reason);
      // A commit may have reached the node although its answer did not reach us.
      const removal = this.#context.shards.remove(lane.node, [{ writeId: this.#writeId, index: lane.index }]);
      settled(removal, 'orphan collection finds what this cannot reach');
    }
  }

  #send({ stripe, cells, parity, buffer }: FilledStripe): void {
    this.#code.encode(cells, stripe.cellBytes, parity);
    const stored = [...cells, ...parity];
    const readers = this.#lanes.filter((lane) => storedCellBytes(this.#shape, stripe, lane.index) > 0);
    let reading = readers.length;
    // A lane that fails never says so, and the buffer is left to the collector: its upload may still read the cell.
    const taken = (): void => {
      reading -= 1;
      if (reading === 0) this.#context.buffers.give(buffer);
    };
    for (const lane of readers) {
      const cell = present(stored[lane.index], 'cell');
      lane.push(cell.subarray(0, storedCellBytes(this.#shape, stripe, lane.index)), taken);
    }
  }

  /** Waits for every lane to take the next cell; one that holds the others up for too long is dropped. */
  async #makeRoom(): Promise<void> {
    for (const lane of this.#lanes) {
      if (!lane.full) continue;
      const stalled = (): Error =>
        new PredastoreError('peer-stalled', `node ${lane.node} does not take its shard`);
      try {
        await within(this.#context.clock, SHARD_WRITE_STALL_MS, lane.room(), stalled);
      } catch (error) {
        this.#context.shards.stalled(lane.node);
        lane.fail(error as Error);
      }
    }
    this.#requireFloor();
  }

  async #commit(record: Uint8Array): Promise<boolean> {
    const committing = this.#lanes.map((lane) => lane.commit(record));
    const floorReached = countResolved(committing, this.#floor() - this.#emptyShards());
    await Promise.race([floorReached, Promise.allSettled(committing)]);
    this.#requireFloor();
    const everyone = Promise.allSettled(committing);
    const outcomes = await within(this.#context.clock, SHARD_WRITE_STALL_MS, everyone, stragglers).catch(
      () => undefined,
    );
    if (outcomes === undefined) this.#dropStragglers();
    this.#requireFloor();
    const receipts = await Promise.allSettled(committing);
    return receipts.some((receipt) => receipt.status === 'fulfilled' && receipt.value.nearFull);
  }

  #dropStragglers(): void {
    for (const lane of this.#lanes) {
      if (lane.committed || lane.failure !== undefined) continue;
      this.#context.shards.stalled(lane.node);
      lane.fail(new PredastoreError('peer-stalled', `node ${lane.node} does not commit its shard`));
    }
  }

  /** Shards that hold bytes and have no lane, or a failed one. */
  #missing(): number[] {
    const alive = new Set(this.#lanes.filter((lane) => lane.failure === undefined).map((lane) => lane.index));
    return this.#nodes
      .map((_, index) => index)
      .filter((index) => shardBytes(this.#shape, index) > 0 && !alive.has(index));
  }

  #emptyShards(): number {
    return this.#nodes.filter((_, index) => shardBytes(this.#shape, index) === 0).length;
  }

  #floor(): number {
    return this.#context.coding.floor;
  }

  #requireFloor(): void {
    const safe = this.#nodes.length - this.#missing().length;
    if (safe >= this.#floor()) return;
    const failures = [...this.#failures, ...this.#lanes.map((lane) => lane.failure)].filter(
      (error) => error !== undefined,
    );
    const full = failures.filter((error) => isPredastoreError(error) && error.code === 'store-full');
    // One full disk beside a node that is only away for now is no reason to tell a client not to come back.
    const [first] = full;
    if (first !== undefined && full.length > this.#nodes.length - this.#floor()) throw first;
    const detail = `${safe} of ${this.#nodes.length} shards can be written, ${this.#floor()} are needed`;
    throw new PredastoreError('shards-unavailable', detail, failures[0]);
  }

  #describe(missing: readonly number[]): BlobRecord {
    return {
      write: this.#writeId,
      size: this.#shape.sizeBytes,
      k: this.#shape.k,
      m: this.#shape.m,
      cell: this.#shape.cellBytes,
      epoch: this.#context.ring().epoch,
      nodes: this.#nodes,
      ...(missing.length === 0 ? {} : { missing }),
    };
  }
}

function stragglers(): Error {
  return new PredastoreError('peer-stalled', 'some shards are late');
}

/** Resolves when `count` of the promises have resolved; never rejects (the caller also waits for all to settle). */
function countResolved(promises: readonly Promise<unknown>[], count: number): Promise<void> {
  return new Promise((resolve) => {
    let resolved = 0;
    for (const promise of promises) {
      promise.then(
        () => {
          resolved += 1;
          if (resolved >= count) resolve();
        },
        () => undefined,
      );
    }
  });
}
