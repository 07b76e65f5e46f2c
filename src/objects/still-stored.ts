// Whether what was written a while ago is still there when its record is committed.
//
// Shards that no record names are collected after a grace (maintenance/orphans.ts). A process that was frozen between the last
// shard and the commit (a paused machine, a stopped container) may come back after that grace and commit a record of nothing.
// So a commit that comes late looks at the shards before it, when nothing is changed yet, and again after the record is in the stream:
// from then on nobody collects them. Only what is proven gone is taken back: the record has replaced another one by then.

import { ORPHAN_GRACE_MIN_MS } from '../core/limits.ts';
import { shardBytes } from './layout.ts';
import { shapeOf } from './read-plan.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { NodeId } from '../core/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { BlobContext } from './blob-context.ts';

/** A moment on both clocks: one stops with a machine that sleeps, the other may be set. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
}

/** `unproven`: some nodes do not answer, and without them it cannot be said. */
export type Stored = 'stored' | 'gone' | 'unproven';

/**
 * `written`: when the shards were durable. Asks the nodes only when that was so long ago that collecting may have begun. `gone`: fewer
 * than K shards of a blob can be left, by the word of their own nodes.
 */
export async function areStillStored(
  context: BlobContext,
  blobs: readonly BlobRecord[],
  written: Moment,
): Promise<Stored> {
  const now = momentOf(context.clock);
  const tookMs = Math.max(now.wallMs - written.wallMs, now.monotonicMs - written.monotonicMs);
  if (tookMs < ORPHAN_GRACE_MIN_MS / 2) return 'stored';
  const stored = await Promise.all(blobs.map((blob) => isStored(context, blob)));
  if (stored.includes('gone')) return 'gone';
  return stored.includes('unproven') ? 'unproven' : 'stored';
}

async function isStored(context: BlobContext, blob: BlobRecord): Promise<Stored> {
  const has = async (node: NodeId, index: number): Promise<boolean | undefined> => {
    if (shardBytes(shapeOf(blob), index) === 0) return true;
    if (blob.missing?.includes(index) === true) return false;
    try {
      return (await context.shards.stat(node, [{ writeId: blob.write, index }]))[0] === true;
    } catch {
      return undefined; // a node that does not answer proves nothing
    }
  };
  const held = await Promise.all(blob.nodes.map(has));
  if (held.filter((is) => is === true).length >= blob.k) return 'stored';
  return held.filter((is) => is !== false).length >= blob.k ? 'unproven' : 'gone';
}
