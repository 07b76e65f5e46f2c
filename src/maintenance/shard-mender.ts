// Makes a shard of this node whole again: finds out how it is, rebuilds it where it is absent or rotten, and corrects every
// record that called it missing.
//
// Invariants:
//   1. A shard is rebuilt only while a record names it as this node's; one that nobody names is left to the collectors.
//   2. A rotten shard stays until every byte of its replacement has been computed.
//   3. A record stops calling a shard missing only after the shard was read back from this disk.
//   4. At most one rebuild of a shard runs at a time, however many ask.

import { PredastoreError, messageOf } from '../core/errors.ts';
import type { WriteId } from '../core/ids.ts';
import { shardKeyText } from '../core/shard-key.ts';
import { copyShard, rebuildShard } from '../objects/rebuild-shard.ts';
import { moved as movedBlob, type ShardMove } from '../objects/shard-moves.ts';
import { shardBytes } from '../objects/layout.ts';
import { shapeOf } from '../objects/read-plan.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { CounterMetric } from '../platform/metrics.ts';
import type { MaintenanceContext } from './maintenance-context.ts';
import { rowStateOf } from './shard-state.ts';

/** `void`: no record names this shard as ours. */
export type MendOutcome = 'whole' | 'rebuilt' | 'void';

export interface MendRequest {
  readonly write: WriteId;
  readonly index: number;
  /** Read every byte before believing that the shard is whole. */
  readonly suspect: boolean;
}

export interface MenderTotals {
  readonly rebuilt: number;
  readonly rebuiltBytes: number;
  readonly failures: number;
  /** Taken over from other nodes. */
  readonly moved: number;
  readonly movedBytes: number;
}

export class ShardMender {
  readonly #context: MaintenanceContext;
  readonly #running = new Map<string, Promise<MendOutcome>>();
  readonly #stopping: AbortSignal;
  readonly #mended: CounterMetric;
  readonly #bytes: CounterMetric;
  readonly #movedBytes: CounterMetric;
  readonly #pace = (bytes: number): Promise<void> => this.#context.pace.take(bytes, this.#stopping);
  #totals: MenderTotals = { rebuilt: 0, rebuiltBytes: 0, failures: 0, moved: 0, movedBytes: 0 };

  constructor(context: MaintenanceContext, stopping: AbortSignal) {
    const { metrics } = context;
    this.#context = context;
    this.#stopping = stopping;
    this.#mended = metrics.counter(
      'predastore_repair_shards_total',
      'Shards of this node looked at by repair, by outcome (rebuilt, whole, void, failed)',
      ['outcome'],
    );
    this.#movedBytes = metrics.counter(
      'predastore_rebalance_bytes_total',
      'Bytes of shards taken over from other nodes',
    );
    this.#bytes = metrics.counter('predastore_repair_bytes_total', 'Bytes of shards rebuilt');
  }

  get totals(): MenderTotals {
    return this.#totals;
  }

  /** Throws what kept the shard from being rebuilt; most of it passes (a node is away), so ask again later. */
  mend(request: MendRequest): Promise<MendOutcome> {
    const name = shardKeyText({ writeId: request.write, index: request.index });
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const mending = this.#mend(request).finally(() => this.#running.delete(name));
    this.#running.set(name, mending);
    return mending;
  }

  /**
   * Takes a shard over from another node: copied where that node has it, rebuilt where it does not, and then said in every
   * record. The other node's own copy becomes an orphan there.
   */
  adopt(write: WriteId, move: ShardMove): Promise<MendOutcome> {
    const name = `${write}/${move.index} from ${move.from}`;
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const adopting = this.#adopt(write, move).finally(() => this.#running.delete(name));
    this.#running.set(name, adopting);
    return adopting;
  }

  async #adopt(write: WriteId, move: ShardMove): Promise<MendOutcome> {
    const { metadata, ring, store } = this.#context;
    const { index, from } = move;
    const { epoch } = ring;
    const blob = (await this.#naming(write)).find(({ nodes }) => nodes[index] === from);
    if (blob === undefined) return 'void';
    if ((await rowStateOf(store, { writeId: write, index })) !== 'stored') {
      const movedBytes = await this.#take(blob, move);
      const { moved, movedBytes: before } = this.#totals;
      this.#totals = { ...this.#totals, moved: moved + 1, movedBytes: before + movedBytes };
      this.#movedBytes.add(movedBytes);
    }
    const { contended } = await metadata.blobs.revise(write, (named) => movedBlob(named, move, epoch));
    if (contended > 0)
      throw new PredastoreError('metadata-unavailable', 'a record of the blob keeps changing');
    return 'rebuilt';
  }

  async #take(blob: BlobRecord, { index, from }: ShardMove): Promise<number> {
    const { objects, self, logger } = this.#context;
    const work = { blob, index, target: self, pace: this.#pace, signal: this.#stopping };
    if (blob.missing?.includes(index) !== true) {
      try {
        const copied = await copyShard(objects, { ...work, from });
        if (copied !== undefined) return copied;
      } catch (error) {
        this.#stopping.throwIfAborted();
        const fields = { write: blob.write, index, from, reason: messageOf(error) };
        logger.info('a shard is rebuilt instead of copied', fields);
      }
    }
    return rebuildShard(objects, work);
  }

  async #mend(request: MendRequest): Promise<MendOutcome> {
    try {
      const outcome = await this.#tryToMend(request);
      this.#mended.add(1, { outcome });
      return outcome;
    } catch (error) {
      this.#totals = { ...this.#totals, failures: this.#totals.failures + 1 };
      this.#mended.add(1, { outcome: 'failed' });
      throw error;
    }
  }

  async #tryToMend({ write, index, suspect }: MendRequest): Promise<MendOutcome> {
    const { metadata, self } = this.#context;
    const isOurs = (blob: BlobRecord): boolean => blob.nodes[index] === self;
    const blob = (await this.#naming(write)).find(isOurs);
    if (blob === undefined || shardBytes(shapeOf(blob), index) === 0) return 'void';
    const state = await this.#stateOf({ writeId: write, index }, suspect);
    if (state !== 'whole') await this.#rebuild(blob, index, state);
    const { contended } = await metadata.blobs.revise(write, (named) =>
      isOurs(named) ? withoutMissing(named, index) : named,
    );
    if (contended > 0)
      throw new PredastoreError('metadata-unavailable', 'a record of the blob keeps changing');
    return state === 'whole' ? 'whole' : 'rebuilt';
  }

  /** A journal can be ahead of our view: only a view that has caught up may say that nobody names a blob. */
  async #naming(write: WriteId): Promise<readonly BlobRecord[]> {
    const { blobs } = this.#context.metadata;
    const known = blobs.naming(write);
    if (known.length > 0) return known;
    await blobs.catchUp();
    return blobs.naming(write);
  }

  async #stateOf(
    key: { readonly writeId: WriteId; readonly index: number },
    suspect: boolean,
  ): Promise<'absent' | 'damaged' | 'whole'> {
    const { store, pace } = this.#context;
    if (!suspect) {
      const state = await rowStateOf(store, key);
      return state === 'stored' ? 'whole' : state;
    }
    const verdict = await store.verify(key);
    if (verdict.kind === 'whole') await pace.take(verdict.stat.lengthBytes, this.#stopping);
    return verdict.kind;
  }

  async #rebuild(blob: BlobRecord, index: number, state: 'absent' | 'damaged'): Promise<void> {
    const { objects, self, logger } = this.#context;
    const rebuiltBytes = await rebuildShard(objects, {
      blob,
      index,
      target: self,
      pace: this.#pace,
      signal: this.#stopping,
    });
    logger.info('a shard was rebuilt', { write: blob.write, index, bytes: rebuiltBytes, was: state });
    this.#bytes.add(rebuiltBytes);
    const { rebuilt, rebuiltBytes: before } = this.#totals;
    this.#totals = { ...this.#totals, rebuilt: rebuilt + 1, rebuiltBytes: before + rebuiltBytes };
  }
}

/** The blob without `index` among its missing shards; the very same blob where it is not. */
export function withoutMissing(blob: BlobRecord, index: number): BlobRecord {
  if (blob.missing?.includes(index) !== true) return blob;
  const { missing, ...rest } = blob;
  const left = missing.filter((other) => other !== index);
  return left.length === 0 ? rest : { ...rest, missing: left };
}
