// The ring that is in force: that of the metadata once there is one, that of the configuration until then.
//
// Invariant: a change is in force on this node as soon as its view was given it; new writes use it at once.

import type { RingMember, RingRecord } from '../contracts/records.ts';
import { storageNodes, type Config } from '../config/config.ts';
import type { NodeId } from '../core/ids.ts';
import type { MemberTable } from '../metadata/metadata-store.ts';
import type { MoveRing } from '../objects/shard-moves.ts';
import { createRing, type Ring } from '../shards/ring.ts';

export class ClusterRing implements MoveRing {
  readonly #configured: RingRecord;
  readonly #members: MemberTable;
  readonly #listeners: (() => void)[] = [];
  #inForce: {
    readonly record: RingRecord;
    readonly ring: Ring;
    readonly byId: ReadonlyMap<NodeId, RingMember>;
  };

  constructor(config: Config, members: MemberTable) {
    this.#configured = ringOfConfig(config);
    this.#members = members;
    this.#inForce = built(this.#current());
    members.onChange(() => {
      const before = this.epoch;
      const record = this.#current();
      if (record !== this.#inForce.record) this.#inForce = built(record);
      if (this.epoch !== before) for (const listener of this.#listeners) listener();
    });
  }

  /** Calls `listener` after every change, for as long as the node runs. */
  onEpoch(listener: () => void): void {
    this.#listeners.push(listener);
  }

  get epoch(): number {
    return this.#inForce.record.epoch;
  }

  get record(): RingRecord {
    return this.#inForce.record;
  }

  get members(): ReadonlyMap<NodeId, RingMember> {
    return this.#inForce.byId;
  }

  order(hash: Uint8Array): readonly NodeId[] {
    return this.#inForce.ring.order(hash);
  }

  #current(): RingRecord {
    return this.#members.ring?.record ?? this.#configured;
  }
}

/** What the configuration says, as if it had been written down. */
export function ringOfConfig(config: Config): RingRecord {
  const nodes = storageNodes(config).map(({ id, storage: { weight, domain } }) => ({
    id,
    weight,
    ...(domain === undefined ? {} : { domain }),
    state: 'active' as const,
    since: config.ringEpoch,
  }));
  return { v: 1, epoch: config.ringEpoch, nodes, changed: '' };
}

function built(record: RingRecord): {
  record: RingRecord;
  ring: Ring;
  byId: ReadonlyMap<NodeId, RingMember>;
} {
  const active = record.nodes.filter(({ state }) => state === 'active');
  // A ring without an active node cannot be written (host/ring-changes.ts); one that came about by hand keeps its nodes.
  const ring = createRing({ epoch: record.epoch, nodes: active.length > 0 ? active : record.nodes });
  return { record, ring, byId: new Map(record.nodes.map((node) => [node.id, node])) };
}
