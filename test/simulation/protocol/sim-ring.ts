// The ring of the simulated cluster as one node sees it, and how an operator changes it: one node at a time drains, and comes back.

import type { RingMember, RingRecord } from '../../../src/contracts/records.ts';
import { nodeId, type NodeId } from '../../../src/core/ids.ts';
import type { MoveRing } from '../../../src/objects/shard-moves.ts';
import { createRing, type Ring } from '../../../src/shards/ring.ts';
import type { SimView } from './sim-metadata.ts';

interface BuiltRing {
  readonly ring: Ring;
  readonly members: ReadonlyMap<NodeId, RingMember>;
}

/** Rings take time to build, and every node asks for the same few. */
const BUILT = new WeakMap<RingRecord, BuiltRing>();

/** The last node is not in the ring at first: it joins, if it does, in the middle of the history. */
export function firstRing(ids: readonly number[]): RingRecord {
  const nodes = ids.map((id, at) => {
    const state = at === ids.length - 1 ? ('draining' as const) : ('active' as const);
    return { id: nodeId(id), weight: 1, state, since: 1 };
  });
  return { v: 1, epoch: 1, nodes, changed: '' };
}

/** `node` drains in place of the one that did, which joins again: the others are always enough for a write. */
export function nextRing(ring: RingRecord, node: NodeId): RingRecord {
  const epoch = ring.epoch + 1;
  const nodes = ring.nodes.map((member): RingMember => {
    if (member.id === node)
      return { ...member, state: member.state === 'active' ? 'draining' : 'active', since: epoch };
    return member.state === 'active' ? member : { ...member, state: 'active', since: epoch };
  });
  return { ...ring, epoch, nodes };
}

export class SimRing implements MoveRing {
  readonly #view: SimView;

  constructor(view: SimView) {
    this.#view = view;
  }

  get epoch(): number {
    return this.#view.ring.epoch;
  }

  get members(): ReadonlyMap<NodeId, RingMember> {
    return this.#current.members;
  }

  order(hash: Uint8Array): readonly NodeId[] {
    return this.#current.ring.order(hash);
  }

  get #current(): BuiltRing {
    const { ring: record } = this.#view;
    const known = BUILT.get(record);
    if (known !== undefined) return known;
    const { nodes, epoch } = record;
    const built = {
      ring: createRing({ epoch, nodes: nodes.filter(({ state }) => state === 'active') }),
      members: new Map(nodes.map((member) => [member.id, member])),
    };
    BUILT.set(record, built);
    return built;
  }
}
