// Which shard of a blob belongs to another node after the set of nodes changed: a pure question, answered alike on every node.
//
// Invariants:
//   V1. Nothing moves towards a node because of a ring that the blob was written, or last moved, under.
//   V2. A move never puts two shards of a blob on one node.
//   V3. Shards leave nodes that are draining or gone; towards a node that joined only what it would have been given moves.
//   V4. Everybody computes the same moves from the same record and ring, so each mover can do its own without asking.

import { createHash } from 'node:crypto';
import type { BlobRecord, RingMember } from '../contracts/records.ts';
import type { NodeId } from '../core/ids.ts';

export interface MoveRing {
  readonly epoch: number;
  readonly members: ReadonlyMap<NodeId, RingMember>;
  /** Active nodes in the order of preference for a hash. */
  order(hash: Uint8Array): readonly NodeId[];
}

export interface ShardMove {
  readonly index: number;
  readonly from: NodeId;
  readonly to: NodeId;
}

export function movesOf(blob: BlobRecord, ring: MoveRing): readonly ShardMove[] {
  const isSettled = blob.epoch >= ring.epoch;
  if (isSettled && blob.nodes.every((node) => ring.members.get(node)?.state === 'active')) return [];
  // By the write, not by the key: every record that names the blob must come to the same answer.
  const order = ring.order(createHash('sha256').update(blob.write, 'latin1').digest());
  return [...departures(blob, ring, order), ...(isSettled ? [] : arrivals(blob, ring, order))];
}

/** Shards on nodes that take no new ones. */
function departures(blob: BlobRecord, ring: MoveRing, order: readonly NodeId[]): readonly ShardMove[] {
  const free = order.filter((node) => !blob.nodes.includes(node));
  return blob.nodes.flatMap((from, index) => {
    if (ring.members.get(from)?.state === 'active') return [];
    const to = free.shift();
    return to === undefined ? [] : [{ index, from, to }];
  });
}

/** Shards that nodes which joined since would have been given, from those that would have been given none. */
function arrivals(blob: BlobRecord, ring: MoveRing, order: readonly NodeId[]): readonly ShardMove[] {
  const leaving = blob.nodes.filter((node) => ring.members.get(node)?.state !== 'active').length;
  const preferred = order.slice(0, blob.nodes.length);
  const newcomers = preferred.filter(
    (node) => !blob.nodes.includes(node) && (ring.members.get(node)?.since ?? 0) > blob.epoch,
  );
  const spare = order.filter((node) => blob.nodes.includes(node) && !preferred.includes(node)).reverse();
  // Those that take over from leaving nodes come first in `departures`.
  return newcomers.slice(leaving).flatMap((to, at) => {
    const from = spare[at];
    return from === undefined ? [] : [{ index: blob.nodes.indexOf(from), from, to }];
  });
}

/** The blob after a move; the very same where the move does not fit it any more. */
export function moved(blob: BlobRecord, { index, from, to }: ShardMove, epoch: number): BlobRecord {
  if (blob.nodes[index] !== from || blob.nodes.includes(to)) return blob;
  const { missing = [], ...rest } = blob;
  const left = missing.filter((other) => other !== index);
  const nodes = blob.nodes.map((node, at) => (at === index ? to : node));
  return {
    ...rest,
    nodes,
    epoch: Math.max(blob.epoch, epoch),
    ...(left.length === 0 ? {} : { missing: left }),
  };
}
