// Reads a range of one blob: opens the planned shards, streams, rebuilds what is missing, and changes to other shards
// when one fails, stalls or turns out rotten midway.
//
// Invariants:
//   R1. `openBlob` resolves only when every shard of its first plan is open.
//   R2. Bytes leave in order and once; after a change of shards reading goes on at the next byte that has not left.
//   R3. Every download is cancelled when the reader stops, for whatever reason.

import { PredastoreError, errorCodeOf, messageOf } from '../core/errors.ts';
import { SHARD_IDLE_TIMEOUT_MS, SHARD_READ_STALL_MS } from '../core/limits.ts';
import { present } from '../core/assert.ts';
import { ShardSource } from './shard-source.ts';
import {
  cellColumns,
  rebuildShardRange,
  storedCellBytes,
  stripeAt,
  stripesOf,
  type BlobShape,
  type Stripe,
} from './layout.ts';
import { planRead, shapeOf, type ReadPlan, type SourcePlan } from './read-plan.ts';
import type { BlobContext } from './blob-context.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { ByteRange } from '../core/body.ts';

export type OpenOutcome =
  | {
      readonly kind: 'open';
      readonly bytes: AsyncGenerator<Uint8Array>;
      readonly degradedShards: number;
      /** Cancels the downloads; needed when `bytes` is let go before its first byte. */
      readonly close: () => void;
    }
  /** So many nodes say that they never had, or no longer have, their shard that the blob was probably replaced. */
  | { readonly kind: 'gone' };

/** Opens a non-empty range of a blob. Throws `shards-unavailable` when fewer than K shards can be reached. */
export async function openBlob(
  context: BlobContext,
  blob: BlobRecord,
  range: ByteRange,
): Promise<OpenOutcome> {
  const reading = new BlobReading(context, blob);
  const session = await reading.open(range);
  if (session === 'gone') return { kind: 'gone' };
  return {
    kind: 'open',
    bytes: reading.stream(session, range),
    degradedShards: session.plan.degradedShards,
    close: () => session.sources.forEach((source) => source.cancel()),
  };
}

interface Session {
  readonly plan: ReadPlan;
  readonly sources: readonly ShardSource[];
}

class BlobReading {
  readonly #context: BlobContext;
  readonly #blob: BlobRecord;
  readonly #shape: BlobShape;
  readonly #excluded = new Set<number>();
  /** Shards that their node says it does not have. */
  readonly #absent = new Set<number>();
  #lastFailure: unknown;

  constructor(context: BlobContext, blob: BlobRecord) {
    this.#context = context;
    this.#blob = blob;
    this.#shape = shapeOf(blob);
  }

  /** Opens the shards of the best plan; shards that fail are excluded and the next plan is tried. */
  async open(range: ByteRange): Promise<Session | 'gone'> {
    for (;;) {
      const plan = planRead(this.#blob, range, this.#excluded, (index) => this.#outlook(index));
      if (plan === undefined) {
        if (this.#absent.size > 0) return 'gone';
        throw new PredastoreError('shards-unavailable', 'fewer than K shards can be read', this.#lastFailure);
      }
      const stallMs = this.#hasSpare(plan) ? SHARD_READ_STALL_MS : SHARD_IDLE_TIMEOUT_MS;
      const opened = await Promise.all(plan.sources.map((source) => this.#openSource(source, stallMs)));
      const sources = opened.filter((source) => source !== undefined);
      if (sources.length === plan.sources.length) {
        // Enough others are there, so the blob was not replaced: these shards are lost.
        for (const index of this.#absent) this.#context.damage?.report(this.#blob, index);
        return { plan, sources };
      }
      sources.forEach((source) => source.cancel());
    }
  }

  async *stream(first: Session, range: ByteRange): AsyncGenerator<Uint8Array> {
    let session = first;
    let position = range.start;
    try {
      while (position < range.end) {
        const rest = { start: position, end: range.end };
        const run =
          session.plan.kind === 'direct' ? this.#direct(session, rest) : this.#rebuild(session, rest);
        const step = await this.#advance(run);
        for (let part = step; part.kind === 'bytes'; part = await this.#advance(run)) {
          position += part.bytes.length;
          yield part.bytes;
        }
        if (position >= range.end) return;
        session.sources.forEach((source) => source.cancel());
        const next = await this.open({ start: position, end: range.end });
        if (next === 'gone')
          throw new PredastoreError('shards-unavailable', 'the blob is gone while it is read');
        session = next;
      }
    } finally {
      session.sources.forEach((source) => source.cancel());
    }
  }

  /** The next bytes of a run, or `failed` when its shards had to be given up (they are excluded by then). */
  async #advance(
    run: AsyncGenerator<Uint8Array>,
  ): Promise<{ readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'failed' | 'done' }> {
    try {
      const step = await run.next();
      return step.done === true ? { kind: 'done' } : { kind: 'bytes', bytes: step.value };
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      this.#exclude(error.index, error.cause);
      return { kind: 'failed' };
    }
  }

  async *#direct(session: Session, range: ByteRange): AsyncGenerator<Uint8Array> {
    const { first, last } = stripesOf(this.#shape, range);
    const byIndex = new Map(session.sources.map((source) => [source.index, source]));
    for (let number = first; number <= last; number += 1) {
      const stripe = stripeAt(this.#shape, number);
      for (let index = 0; index < this.#shape.k; index += 1) {
        const columns = cellColumns(stripe, index, range);
        for (let left = columns.end - columns.start; left > 0;) {
          const source = present(byIndex.get(index), 'source of a planned shard');
          const part = await fromSource(source, () => source.some(left));
          left -= part.length;
          yield part;
        }
      }
    }
  }

  async *#rebuild(session: Session, range: ByteRange): AsyncGenerator<Uint8Array> {
    const { first, last } = stripesOf(this.#shape, range);
    const { start, end } = rebuildShardRange(this.#shape, range);
    for (let number = first; number <= last; number += 1) {
      const stripe = stripeAt(this.#shape, number);
      const columns: ByteRange = {
        start: Math.max(0, start - stripe.shardStart),
        end: Math.min(stripe.cellBytes, end - stripe.shardStart),
      };
      const cells = await this.#gather(session, stripe, columns);
      yield* this.#cellsOf(stripe, columns, cells, range);
    }
  }

  /** The same columns of every source; cells that hold nothing there are known zeros. */
  async #gather(session: Session, stripe: Stripe, columns: ByteRange): Promise<(Uint8Array | undefined)[]> {
    const cells: (Uint8Array | undefined)[] = [];
    const lengthOf = (index: number): number =>
      Math.max(0, Math.min(columns.end, storedCellBytes(this.#shape, stripe, index)) - columns.start);
    for (let index = 0; index < this.#shape.k + this.#shape.m; index += 1) {
      cells.push(index < this.#shape.k && lengthOf(index) === 0 ? new Uint8Array(0) : undefined);
    }
    const take = async (source: ShardSource): Promise<void> => {
      cells[source.index] = await fromSource(source, () => source.exactly(lengthOf(source.index)));
    };
    await Promise.all(session.sources.map(take));
    return cells;
  }

  /** The parts of the stripe's data cells that lie in the range, rebuilt where they were not read. */
  *#cellsOf(
    stripe: Stripe,
    columns: ByteRange,
    cells: readonly (Uint8Array | undefined)[],
    range: ByteRange,
  ): Generator<Uint8Array> {
    const wanted: number[] = [];
    for (let index = 0; index < this.#shape.k; index += 1) {
      const part = cellColumns(stripe, index, range);
      if (part.start < part.end && cells[index] === undefined) wanted.push(index);
    }
    const code = this.#context.erasureCode(this.#shape.k, this.#shape.m);
    const rebuilt = wanted.length === 0 ? [] : code.reconstruct(cells, columns.end - columns.start, wanted);
    for (let index = 0; index < this.#shape.k; index += 1) {
      const part = cellColumns(stripe, index, range);
      if (part.start >= part.end) continue;
      const cell = cells[index] ?? present(rebuilt[wanted.indexOf(index)], 'rebuilt cell');
      yield cell.subarray(part.start - columns.start, part.end - columns.start);
    }
  }

  async #openSource(plan: SourcePlan, stallMs: number): Promise<ShardSource | undefined> {
    const node = present(this.#blob.nodes[plan.index], 'node of a shard');
    try {
      const key = { writeId: this.#blob.write, index: plan.index };
      const outcome = await this.#context.shards.get(node, key, plan.range);
      if (outcome.kind === 'found')
        return new ShardSource(plan.index, outcome.download, { clock: this.#context.clock, stallMs });
      this.#absent.add(plan.index);
      this.#exclude(
        plan.index,
        new PredastoreError('shards-unavailable', `node ${node} does not have the shard`),
      );
    } catch (error) {
      this.#exclude(plan.index, error);
    }
    return undefined;
  }

  #exclude(index: number, error: unknown): void {
    this.#excluded.add(index);
    this.#lastFailure = error;
    if (errorCodeOf(error) === 'shard-corrupt') this.#context.damage?.report(this.#blob, index);
    const node = this.#blob.nodes[index];
    this.#context.logger.warn('a shard is read from elsewhere', {
      write: this.#blob.write,
      index,
      node,
      reason: messageOf(error),
    });
  }

  #outlook(index: number): { local: boolean; condition: 'up' | 'suspect' | 'down' } {
    const node = present(this.#blob.nodes[index], 'node of a shard');
    return { local: this.#context.shards.isLocal(node), condition: this.#context.shards.condition(node) };
  }

  #hasSpare(plan: ReadPlan): boolean {
    const out = new Set([
      ...this.#excluded,
      ...(this.#blob.missing ?? []),
      ...plan.sources.map((source) => source.index),
    ]);
    for (let index = 0; index < this.#blob.nodes.length; index += 1) {
      if (!out.has(index) && this.#outlook(index).condition !== 'down') return true;
    }
    return false;
  }
}

/** Names the shard whose failure ended a run. */
class SourceFailure extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super(`shard ${index} failed`, { cause });
    this.index = index;
  }
}

async function fromSource<T>(source: ShardSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new SourceFailure(source.index, error);
  }
}
