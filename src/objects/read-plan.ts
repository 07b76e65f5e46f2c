// Which shards a read should touch, and how much of each.
//
// Two plans are weighed: `direct` reads just the data cells asked for; `rebuild` reads the same columns of any K shards and
// computes what is not among them. Bytes from this very node cost a fraction of bytes from another one and arithmetic costs
// next to nothing (docs/benchmarks.md), so a local parity shard is preferred to a remote data shard when a range covers all data shards.

import { present } from '../core/assert.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { ByteRange } from '../core/body.ts';
import type { NodeCondition } from '../shards/shard-client.ts';
import { dataShardRange, rebuildShardRange, shardBytes, type BlobShape } from './layout.ts';

export interface SourcePlan {
  readonly index: number;
  /** In bytes of the shard; never empty. */
  readonly range: ByteRange;
}

export interface ReadPlan {
  readonly kind: 'direct' | 'rebuild';
  readonly sources: readonly SourcePlan[];
  /** Data shards asked for that cannot be read themselves. */
  readonly degradedShards: number;
}

export interface ShardOutlook {
  readonly local: boolean;
  readonly condition: NodeCondition;
  /** Usual time to an answer; absent: not known. */
  readonly medianMs?: number | undefined;
}

const REMOTE_BYTE_COST = 1;
const LOCAL_BYTE_COST = 0.2;
/** A fixed cost per shard touched, in bytes: what a request costs beside its bytes. */
const REQUEST_COST_BYTES = 16_384;
/** Up to this, latency is noise; beyond it a millisecond weighs as much as the bytes a link moves meanwhile. */
const LATENCY_FREE_MS = 20;
/**
 * So it is up to this many times that of the fastest other node: when all are busy they differ by chance, and whoever is
 * preferred for a small lead gets all the reads.
 */
const LATENCY_FREE_FACTOR = 2;
const LATENCY_COST_BYTES_PER_MS = 65_536;
/** Nodes in doubt are read only when there is no other way. */
const DOUBT_COST_BYTES = 64 * 1024 * 1024;

export function shapeOf(blob: BlobRecord): BlobShape {
  return { sizeBytes: blob.size, k: blob.k, m: blob.m, cellBytes: blob.cell };
}

/**
 * Plans a non-empty range of a blob without the shards in `excluded` (failed already) and those recorded as missing.
 * Undefined when fewer shards are left than rebuilding needs.
 */
export function planRead(
  blob: BlobRecord,
  range: ByteRange,
  excluded: ReadonlySet<number>,
  outlook: (index: number) => ShardOutlook,
): ReadPlan | undefined {
  const shape = shapeOf(blob);
  const readable = (index: number): boolean => !excluded.has(index) && blob.missing?.includes(index) !== true;
  const outlooks = blob.nodes.map((_, index) => outlook(index));
  const freeMs = freeLatencyMs(outlooks);
  const cost = ({ index, range: part }: SourcePlan): number =>
    sourceCost(part, present(outlooks[index], 'outlook of a shard'), freeMs);

  const needed = neededData(shape, range);
  const unreadable = needed.filter((source) => !readable(source.index)).length;
  const down = needed.filter((source) => outlooks[source.index]?.condition === 'down').length;
  const rebuild = planRebuild(shape, range, readable, cost);
  const degradedShards = Math.max(unreadable, Math.min(down, blob.m));
  if (unreadable > 0)
    return rebuild === undefined ? undefined : { kind: 'rebuild', sources: rebuild, degradedShards };
  if (rebuild === undefined || total(needed, cost) <= total(rebuild, cost)) {
    return { kind: 'direct', sources: needed, degradedShards: 0 };
  }
  return { kind: 'rebuild', sources: rebuild, degradedShards };
}

function neededData(shape: BlobShape, range: ByteRange): SourcePlan[] {
  const needed: SourcePlan[] = [];
  for (let index = 0; index < shape.k; index += 1) {
    const part = dataShardRange(shape, index, range);
    if (part.start < part.end) needed.push({ index, range: part });
  }
  return needed;
}

/** The K cheapest shards; those that hold no byte of the columns are known zeros and come for free. */
function planRebuild(
  shape: BlobShape,
  range: ByteRange,
  readable: (index: number) => boolean,
  cost: (source: SourcePlan) => number,
): SourcePlan[] | undefined {
  const columns = rebuildShardRange(shape, range);
  const candidates: SourcePlan[] = [];
  let free = 0;
  for (let index = 0; index < shape.k + shape.m; index += 1) {
    const end = Math.min(columns.end, shardBytes(shape, index));
    if (end <= columns.start) free += index < shape.k ? 1 : 0;
    else if (readable(index)) candidates.push({ index, range: { start: columns.start, end } });
  }
  const count = shape.k - free;
  if (candidates.length < count) return undefined;
  return candidates.sort((a, b) => cost(a) - cost(b)).slice(0, count);
}

/** The latency that costs nothing, among the nodes of a blob. */
function freeLatencyMs(outlooks: readonly ShardOutlook[]): number {
  let fastestMs = Infinity;
  for (const { local, condition, medianMs } of outlooks) {
    if (!local && condition === 'up' && medianMs !== undefined) fastestMs = Math.min(fastestMs, medianMs);
  }
  return fastestMs === Infinity
    ? LATENCY_FREE_MS
    : Math.max(LATENCY_FREE_MS, LATENCY_FREE_FACTOR * fastestMs);
}

function sourceCost(range: ByteRange, outlook: ShardOutlook, freeMs: number): number {
  const bytes = range.end - range.start;
  const lateMs = Math.max(0, (outlook.medianMs ?? 0) - freeMs);
  const doubt = (outlook.condition === 'up' ? 0 : DOUBT_COST_BYTES) + lateMs * LATENCY_COST_BYTES_PER_MS;
  if (outlook.local) return doubt + bytes * LOCAL_BYTE_COST;
  return doubt + REQUEST_COST_BYTES + bytes * REMOTE_BYTE_COST;
}

function total(sources: readonly SourcePlan[], cost: (source: SourcePlan) => number): number {
  return sources.reduce((sum, source) => sum + cost(source), 0);
}
