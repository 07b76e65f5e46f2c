// One shard on its way to one node: a short queue of cells and a pump that feeds the upload.
//
// Owns: the upload. Refuses: deciding what its failure means (write-blob.ts does).
// Invariants:
//   N1. At most LANE_CELLS_MAX cells wait; `push` beyond that makes the caller wait in `room`.
//   N2. After a failure nothing more is sent, the upload is aborted, and every waiter is released.

import { LANE_CELLS_MAX } from '../core/limits.ts';
import type { NodeId } from '../core/ids.ts';
import type { ShardUpload } from '../shards/shard-client.ts';

interface Queued {
  readonly cell: Uint8Array;
  readonly taken: (() => void) | undefined;
}

export class ShardLane {
  readonly index: number;
  readonly node: NodeId;
  readonly #upload: ShardUpload;
  readonly #queue: Queued[] = [];
  #pumping = false;
  #committed = false;
  #failure: Error | undefined;
  #onChange: (() => void) | undefined;
  #rejectCommit: ((reason: Error) => void) | undefined;

  constructor(index: number, node: NodeId, upload: ShardUpload) {
    this.index = index;
    this.node = node;
    this.#upload = upload;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get full(): boolean {
    return this.#failure === undefined && this.#queue.length >= LANE_CELLS_MAX;
  }

  /** The shard is durable on its node. */
  get committed(): boolean {
    return this.#committed;
  }

  /** Queues a cell, which must not change before `taken` is called. Dropped silently after a failure: `taken` is never called then. */
  push(cell: Uint8Array, taken?: () => void): void {
    if (this.#failure !== undefined) return;
    this.#queue.push({ cell, taken });
    if (!this.#pumping) void this.#pump();
  }

  /** Resolves when the lane has room or has failed. */
  room(): Promise<void> {
    return this.#until(() => !this.full);
  }

  /** Sends the record and waits for the shard to be durable. Rejects with the failure of the lane. */
  async commit(record: Uint8Array): Promise<{ readonly nearFull: boolean }> {
    await this.#until(() => this.#failure !== undefined || (!this.#pumping && this.#queue.length === 0));
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const failed = new Promise<never>((_resolve, reject) => {
        this.#rejectCommit = reject;
      });
      const receipt = await Promise.race([this.#upload.commit(record), failed]);
      this.#committed = true;
      return receipt;
    } catch (error) {
      this.fail(error as Error);
      throw error;
    }
  }

  /** Gives the shard up. */
  fail(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#queue.length = 0;
    this.#upload.abort(reason);
    this.#rejectCommit?.(reason);
    this.#changed();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
        await this.#upload.write(next.cell);
        this.#queue.shift();
        next.taken?.();
        this.#changed();
      }
    } catch (error) {
      this.fail(error as Error);
    } finally {
      this.#pumping = false;
      this.#changed();
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }

  #changed(): void {
    const wake = this.#onChange;
    this.#onChange = undefined;
    wake?.();
  }
}
