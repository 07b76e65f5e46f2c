// Which node takes which shard of a new blob.
//
// The ring gives an order of preference; nodes that are up come first in that order, the others fill up. Shards that hold
// bytes are given to nodes that are up before empty ones are, data before parity, so that what a missing node costs is parity.

import type { NodeId } from '../core/ids.ts';
import { shardBytes, type BlobShape } from './layout.ts';

export interface Placement {
  /** Node of shard 0 … K+M-1. */
  readonly nodes: readonly NodeId[];
  /** Nodes that are up and were not needed, to replace one that fails at once. */
  readonly spares: readonly NodeId[];
}

/** `order` names every node once; it has at least K+M entries (checked when the configuration is read). */
export function place(
  shape: BlobShape,
  order: readonly NodeId[],
  isUp: (node: NodeId) => boolean,
): Placement {
  const width = shape.k + shape.m;
  const candidates = [...order.filter(isUp), ...order.filter((node) => !isUp(node))];
  const indices = Array.from({ length: width }, (_, index) => index);
  const byNeed = [
    ...indices.filter((index) => shardBytes(shape, index) > 0),
    ...indices.filter((index) => shardBytes(shape, index) === 0),
  ];
  const nodes = new Array<NodeId>(width);
  byNeed.forEach((index, position) => {
    const node = candidates[position];
    if (node !== undefined) nodes[index] = node;
  });
  return { nodes, spares: candidates.slice(width).filter(isUp) };
}
