// Reads a range of one blob: opens the planned shards, streams, rebuilds what is missing, and changes to other shards
// when one fails, stalls or turns out rotten midway.
//
// Invariants:
//   R1. `openBlob` resolves only when every shard of its first plan is open.
//   R2. Bytes leave in order and once; after a change of shards reading goes on at the next byte that has not left.
//   R3. Every download is cancelled when the reader stops, for whatever reason.

import { PredastoreError, errorCodeOf, messageOf } from '../core/errors.ts';
import { SHARD_IDLE_TIMEOUT_MS } from '../core/limits.ts';
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
import { firstSession, PlanOpening, stallOf, type Session } from './plan-opening.ts';
import { planRead, shapeOf, type ReadPlan, type ShardOutlook, type SourcePlan } from './read-plan.ts';
import type { BlobContext } from './blob-context.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { ByteRange } from '../core/body.ts';
import type { NodeId } from '../core/ids.ts';
import type { PeerPace } from '../shards/peer-pace.ts';

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

class BlobReading {
  readonly #context: BlobContext;
  readonly #blob: BlobRecord;
  readonly #shape: BlobShape;
  readonly #excluded = new Set<number>();
  /** Shards that their node says it does not have. */
  readonly #absent = new Set<number>();
  readonly #slow = new Map<NodeId, boolean>();
  #lastFailure: unknown;

  constructor(context: BlobContext, blob: BlobRecord) {
    this.#context = context;
    this.#blob = blob;
    this.#shape = shapeOf(blob);
  }

  /** Opens the shards of the best plan; shards that fail are excluded and the next plan is tried. */
  async open(range: ByteRange): Promise<Session | 'gone'> {
    for (;;) {
      const plan = this.#plan(range, this.#excluded);
      if (plan === undefined) {
        if (this.#absent.size > 0) return 'gone';
        throw new PredastoreError('shards-unavailable', 'fewer than K shards can be read', this.#lastFailure);
      }
      const session = await this.#openHedged(range, plan);
      if (session === undefined) continue;
      // Enough others are there, so the blob was not replaced: these shards are lost.
      for (const index of this.#absent) this.#context.damage?.report(this.#blob, index);
      return session;
    }
  }

  #plan(range: ByteRange, without: ReadonlySet<number>): ReadPlan | undefined {
    return planRead(this.#blob, range, without, (index) => this.#outlook(index));
  }

  /** Opens a plan, and another one beside it when nodes of the first keep us waiting: the first to be complete wins. */
  async #openHedged(range: ByteRange, plan: ReadPlan): Promise<Session | undefined> {
    const { clock, shards } = this.#context;
    const first = this.#openPlan(plan);
    const late = await first.lateOnes();
    if (late.length === 0) return first.session;
    const other = this.#plan(range, new Set([...this.#excluded, ...late]));
    const paces = late.map((index) => shards.pace(this.#nodeOf(index)));
    if (other === undefined || !paces.every((pace) => pace.hedge(clock.monotonicMs()))) return first.session;
    const second = this.#openPlan(other);
    const winner = await firstSession(first.session, second.session);
    for (const loser of [first, second]) {
      if (winner !== undefined) loser.giveUpUnless(winner);
    }
    return winner;
  }

  #openPlan(plan: ReadPlan): PlanOpening {
    const { clock, shards } = this.#context;
    const spare = this.#hasSpare(plan);
    return new PlanOpening(
      plan,
      plan.sources.map((source) => {
        const pace = shards.pace(this.#nodeOf(source.index));
        const stallMs = spare ? stallOf(pace) : SHARD_IDLE_TIMEOUT_MS;
        return { index: source.index, pace, opening: this.#openSource(source, pace, stallMs) };
      }),
      clock,
    );
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

  async #openSource(plan: SourcePlan, pace: PeerPace, stallMs: number): Promise<ShardSource | undefined> {
    const { clock, shards } = this.#context;
    const node = this.#nodeOf(plan.index);
    const startedMs = clock.monotonicMs();
    try {
      const key = { writeId: this.#blob.write, index: plan.index };
      const outcome = await shards.get(node, key, plan.range);
      // Also when nobody waits for it any more: so it is known how slow the node is.
      const nowMs = clock.monotonicMs();
      pace.answered(nowMs - startedMs, nowMs);
      if (outcome.kind === 'found') return new ShardSource(plan.index, outcome.download, { clock, stallMs });
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
    const node = this.#nodeOf(index);
    this.#context.logger.warn('a shard is read from elsewhere', {
      write: this.#blob.write,
      index,
      node,
      reason: messageOf(error),
    });
  }

  #nodeOf(index: number): NodeId {
    return present(this.#blob.nodes[index], 'node of a shard');
  }

  #outlook(index: number): ShardOutlook {
    const { clock, shards } = this.#context;
    const node = this.#nodeOf(index);
    const pace = shards.pace(node);
    const condition = shards.condition(node);
    const nowMs = clock.monotonicMs();
    return {
      local: shards.isLocal(node),
      condition: condition === 'up' && this.#slowNodes(node, pace, nowMs) ? 'suspect' : condition,
      medianMs: pace.medianMs(nowMs),
    };
  }

  /** Asked once per read and node: a slow node's trial is this whole read. */
  #slowNodes(node: NodeId, pace: PeerPace, nowMs: number): boolean {
    const known = this.#slow.get(node);
    if (known !== undefined) return known;
    const slow = pace.isSlow(nowMs);
    this.#slow.set(node, slow);
    return slow;
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
