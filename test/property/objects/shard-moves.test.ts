// Which shards move when nodes come and go: the same answer everywhere, and no more than has to.

import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import type { BlobRecord, RingMember } from '../../../src/contracts/records.ts';
import { composeWriteId, nodeId, type NodeId } from '../../../src/core/ids.ts';
import { moved, movesOf, type MoveRing } from '../../../src/objects/shard-moves.ts';
import { createRing } from '../../../src/shards/ring.ts';

const WIDTH = 3;

function ringOf(epoch: number, members: readonly RingMember[]): MoveRing {
  const nodes = members.filter(({ state }) => state === 'active');
  const ring = createRing({ epoch, nodes });
  return {
    epoch,
    members: new Map(members.map((member) => [member.id, member])),
    order: (hash) => ring.order(hash),
  };
}

function blobOn(nodes: readonly NodeId[], seed: number, epoch: number): BlobRecord {
  const random = Buffer.alloc(8);
  random.writeUInt32BE(seed);
  return {
    write: composeWriteId(1_700_000_000_000, nodeId(1), random),
    size: 1000,
    k: 2,
    m: 1,
    cell: 65_536,
    nodes: [...nodes],
    epoch,
  };
}

/** Five or more members, any of them draining as long as enough are left, some of them newer than the blob. */
const scenes = fc
  .record({
    states: fc.array(fc.boolean(), { minLength: 5, maxLength: 8 }),
    since: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 8, maxLength: 8 }),
    blobEpoch: fc.integer({ min: 1, max: 9 }),
    epoch: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(0xffff_ffff),
    gone: fc.boolean(),
  })
  .filter(({ states }) => states.filter(Boolean).length >= WIDTH)
  .map(({ states, since, blobEpoch, epoch, seed, gone }) => {
    const members = states.map((active, at): RingMember => {
      const state = active ? 'active' : 'draining';
      return { id: nodeId(at + 1), weight: 1, state, since: since[at] ?? 1 };
    });
    const all = members.map(({ id }) => id).sort((a, b) => ((a * (seed + 7)) % 11) - ((b * (seed + 7)) % 11));
    const left = gone ? members.filter(({ id, state }) => id !== all[0] || state === 'active') : members;
    return { ring: ringOf(epoch, left), blob: blobOn(all.slice(0, WIDTH), seed, blobEpoch) };
  });

test('after every move has been made each shard is on an active node, none share one, and nothing moves again', () => {
  fc.assert(
    fc.property(scenes, ({ ring, blob }) => {
      const after = movesOf(blob, ring).reduce((now, move) => moved(now, move, ring.epoch), blob);
      expect(new Set(after.nodes).size).toBe(WIDTH);
      for (const node of after.nodes) expect(ring.members.get(node)?.state).toBe('active');
      expect(movesOf(after, ring)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('the moves can be made in any order, and made twice', () => {
  fc.assert(
    fc.property(scenes, ({ ring, blob }) => {
      const moves = movesOf(blob, ring);
      const forward = moves.reduce((now, move) => moved(now, move, ring.epoch), blob);
      const backward = [...moves, ...moves]
        .reverse()
        .reduce((now, move) => moved(now, move, ring.epoch), blob);
      expect(backward.nodes).toEqual(forward.nodes);
    }),
    { numRuns: 2_000 },
  );
});

test('a shard stays where it is unless its node leaves or a newcomer would have been given it', () => {
  fc.assert(
    fc.property(scenes, ({ ring, blob }) => {
      for (const { from, to } of movesOf(blob, ring)) {
        const leaves = ring.members.get(from)?.state !== 'active';
        const isNewcomer = (ring.members.get(to)?.since ?? 0) > blob.epoch;
        expect(leaves || (isNewcomer && ring.epoch > blob.epoch)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
