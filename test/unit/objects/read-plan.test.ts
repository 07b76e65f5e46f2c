// Whom a read asks: the local node first, a node that is late only when it must; and when all are busy, all of them.

import { describe, expect, test } from '@jest/globals';
import type { BlobRecord } from '../../../src/contracts/records.ts';
import { nodeId, type NodeId } from '../../../src/core/ids.ts';
import { planRead, type ShardOutlook } from '../../../src/objects/read-plan.ts';

const SELF = nodeId(1);
const SIZE = 1024 * 1024;
const ORDERS = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
].map((order) => order.map(nodeId));

/** The nodes that whole reads of six blobs, one for each order of three nodes, ask beside their own: how often each. */
function askedBy(medianMs: Readonly<Record<number, number | undefined>>): Map<NodeId, number> {
  const asked = new Map<NodeId, number>();
  for (const nodes of ORDERS) {
    const blob = { size: SIZE, k: 2, m: 1, cell: 65_536, nodes } as unknown as BlobRecord;
    const outlook = (index: number): ShardOutlook => {
      const node = nodes[index]!;
      return { local: node === SELF, condition: 'up', medianMs: medianMs[node] };
    };
    const plan = planRead(blob, { start: 0, end: SIZE }, new Set(), outlook);
    for (const { index } of plan!.sources) {
      const node = nodes[index]!;
      if (node !== SELF) asked.set(node, (asked.get(node) ?? 0) + 1);
    }
  }
  return asked;
}

describe('a whole read asks, beside its own node,', () => {
  test('one other node, each as often as the other', () => {
    expect(askedBy({ 1: 1, 2: 1, 3: 2 })).toEqual(new Map([2, 3].map((node) => [nodeId(node), 3])));
  });

  test('not the one that is late while another answers at once', () => {
    expect(askedBy({ 1: 1, 2: 90, 3: 1 })).toEqual(new Map([[nodeId(3), 6]]));
  });

  test('both when both are busy: a small lead does not draw all reads to one', () => {
    expect(askedBy({ 1: 40, 2: 90, 3: 60 })).toEqual(new Map([2, 3].map((node) => [nodeId(node), 3])));
  });

  test('a node of which nothing is known, as often as one that is known', () => {
    expect(askedBy({ 1: 1, 3: 60 })).toEqual(new Map([2, 3].map((node) => [nodeId(node), 3])));
  });
});
