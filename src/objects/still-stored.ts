// Whether what was written a while ago is still there when its record is committed.
//
// Shards that no record names are collected after a grace (maintenance/orphans.ts). A process that was frozen between the last
// shard and the commit (a paused machine, a stopped container) may come back after that grace and commit a record of nothing.
// So a commit that comes late looks at the shards before it, when nothing is changed yet, and again after the record is in the stream:
// from then on nobody collects them. Only what is proven gone is taken back (take-back.ts): the record has replaced another one by then.
//
// A write over whatever there is needs the second look least: before shards are collected their write is condemned, and the stream
// refuses its commit (metadata/blob-ledger.ts). What that leaves: conditional commits, and marks that have gone after a day.

import { ORPHAN_GRACE_MIN_MS } from '../core/limits.ts';
import { shardBytes } from './layout.ts';
import { shapeOf } from './read-plan.ts';
import { settled } from '../platform/supervise.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { NodeId } from '../core/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { BlobContext } from './blob-context.ts';

/** Blobs asked for at once: a completed object may have ten thousand. */
const BLOBS_AT_ONCE = 64;

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
  let worst: Stored = 'stored';
  for (let at = 0; at < blobs.length; at += BLOBS_AT_ONCE) {
    const some = blobs.slice(at, at + BLOBS_AT_ONCE);
    const stored = await Promise.all(some.map((blob) => isStored(context, blob)));
    if (stored.includes('gone')) return 'gone';
    if (stored.includes('unproven')) worst = 'unproven';
  }
  return worst;
}

/** Answers as soon as it can be said: what the record replaced is kept for a grace only, and silence may last as long. */
function isStored(context: BlobContext, blob: BlobRecord): Promise<Stored> {
  const [needed, wanted] = [blob.k, blob.nodes.length];
  let [present, absent] = [0, 0];
  return new Promise((resolve) => {
    const count = async (node: NodeId, index: number): Promise<void> => {
      const has = await isHeld(context, blob, { node, index });
      if (has === true) present += 1;
      if (has === false) absent += 1;
      if (present >= needed) resolve('stored');
      if (wanted - absent < needed) resolve('gone');
    };
    settled(
      Promise.all(blob.nodes.map(count)).then(() => resolve('unproven')),
      'what a node does not say is counted as silence',
    );
  });
}

/** By the word of the node itself; `undefined` where it says nothing, which proves nothing. */
async function isHeld(
  { shards }: BlobContext,
  blob: BlobRecord,
  { node, index }: { readonly node: NodeId; readonly index: number },
): Promise<boolean | undefined> {
  if (shardBytes(shapeOf(blob), index) === 0) return true;
  if (blob.missing?.includes(index) === true) return false;
  try {
    return (await shards.stat(node, [{ writeId: blob.write, index }]))[0] === true;
  } catch {
    return undefined;
  }
}
