// Nodes join, drain, leave and come back with another key: what an operator says, checked and written by compare-and-set.
//
// Invariants:
//   1. A ring that is written has at least K + M active nodes.
//   2. A node is removed only when no record names it, or by force when it is gone for good; then its shards are rebuilt elsewhere.
//   3. Of two changes at once one fails, and says so.

import { messageOf } from '../core/errors.ts';
import { nodeId, type NodeId } from '../core/ids.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { AdminMembershipReply, AdminMembershipRequest } from '../contracts/generated/messages.ts';
import type { RingMember, RingRecord } from '../contracts/records.ts';
import { blobPages } from '../metadata/blob-pages.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { ClusterRing } from './cluster-ring.ts';

const BREATH_MS = 2;

export interface RingChangeParts {
  readonly metadata: MetadataPlane;
  readonly ring: ClusterRing;
  /** K + M: nodes that a new object needs. */
  readonly width: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Action = NonNullable<AdminMembershipRequest['action']>;

export class RingChanges {
  readonly #parts: RingChangeParts;

  constructor(parts: RingChangeParts) {
    this.#parts = parts;
  }

  /** What `s3.admin.membership` is answered with. Refusals are `InvalidRequest` and change nothing. */
  async answer(request: AdminMembershipRequest): Promise<AdminMembershipReply> {
    const { action, node } = request;
    if (action === undefined) return this.#describe(request.count === true);
    if (node === undefined) throw refusal('name the node');
    await this.#act(action, nodeId(node), request);
    return this.#describe(false);
  }

  async #act(action: Action, id: NodeId, request: AdminMembershipRequest): Promise<void> {
    const { metadata, ring, logger } = this.#parts;
    if (action === 'accept') {
      if (!(await metadata.members.forget(id))) throw refusal(`node ${id} is not a member`);
      logger.warn('a member is forgotten: its id may come back with another key', { member: id });
      return;
    }
    const before = ring.record;
    const nodes = await this.#changed(action, id, request);
    const active = nodes.filter(({ state }) => state === 'active').length;
    if (active < this.#parts.width)
      throw refusal(`${active} active nodes would be left; data + parity need ${this.#parts.width}`);
    await this.#write({ ...before, nodes });
    logger.warn('the ring was changed', { action, member: id, epoch: before.epoch + 1 });
    // From now on its key opens nothing.
    if (action === 'remove') await metadata.members.forget(id);
  }

  async #changed(
    action: Action,
    id: NodeId,
    request: AdminMembershipRequest,
  ): Promise<readonly RingMember[]> {
    const { nodes } = this.#parts.ring.record;
    if (action === 'add') return this.#withAdded(id, request);
    if (!nodes.some((node) => node.id === id)) throw refusal(`node ${id} is not in the ring`);
    if (action === 'drain')
      return nodes.map((node) => (node.id === id ? { ...node, state: 'draining' } : node));
    const named = request.force === true ? 0 : ((await this.#count()).get(id) ?? 0);
    if (named > 0)
      throw refusal(
        `${named} shards are on node ${id}: drain it first, or force it when it is gone for good`,
      );
    return nodes.filter((node) => node.id !== id);
  }

  #withAdded(id: NodeId, request: AdminMembershipRequest): readonly RingMember[] {
    const { ring, metadata } = this.#parts;
    const { nodes, epoch } = ring.record;
    const known = nodes.find((node) => node.id === id);
    if (known?.state === 'active') throw refusal(`node ${id} takes shards already`);
    if (!metadata.members.list().some((member) => member.id === id))
      throw refusal(`node ${id} has not introduced itself: start it first`);
    const { weight = known?.weight ?? 1, domain = known?.domain } = request;
    const place = domain === undefined ? {} : { domain };
    // Also one that was draining is new: what left it in the meantime comes back.
    const added: RingMember = { id, weight, ...place, state: 'active', since: epoch + 1 };
    return [...nodes.filter((node) => node.id !== id), added].sort((a, b) => a.id - b.id);
  }

  async #write(record: RingRecord): Promise<void> {
    const { metadata, clock } = this.#parts;
    const current = metadata.members.ring;
    const changed = new Date(clock.nowMs()).toISOString();
    const next = { ...record, epoch: record.epoch + 1, changed };
    const expected = current === undefined ? 'absent' : { revision: current.revision };
    const outcome = await metadata.members.changeRing(next, expected);
    if (outcome.kind !== 'committed')
      throw refusal('somebody else changed the ring at the same time; look again');
  }

  async #describe(count: boolean): Promise<AdminMembershipReply> {
    const { metadata, ring } = this.#parts;
    const counts = count ? await this.#count() : undefined;
    const members = new Map(metadata.members.list().map((member) => [member.id, member]));
    const { epoch, nodes, changed } = ring.record;
    const ids = [...new Set([...nodes.map(({ id }) => id), ...members.keys()])].sort((a, b) => a - b);
    return {
      epoch,
      source: metadata.members.ring === undefined ? 'configuration' : 'metadata',
      changed,
      nodes: ids.map((id) => {
        const member = members.get(id);
        const inRing = ring.members.get(id);
        const shards = counts === undefined ? {} : { shards: counts.get(id) ?? 0 };
        return {
          node: id,
          state: inRing?.state ?? 'outside',
          weight: inRing?.weight ?? 0,
          domain: inRing?.domain ?? '',
          since: inRing?.since ?? 0,
          address: member === undefined ? '' : `${member.host}:${member.port}`,
          ...shards,
        };
      }),
    };
  }

  /** Shards per node, as records name them, in a view that has caught up. */
  async #count(): Promise<ReadonlyMap<NodeId, number>> {
    const { metadata, clock } = this.#parts;
    try {
      await metadata.blobs.catchUp();
    } catch (error) {
      throw new S3Error('ServiceUnavailable', `the metadata cannot be counted: ${messageOf(error)}`);
    }
    const counts = new Map<NodeId, number>();
    for (const page of blobPages(metadata.blobs)) {
      for (const { blobs } of page) {
        for (const node of new Set(blobs.flatMap(({ nodes }) => nodes))) {
          counts.set(node, (counts.get(node) ?? 0) + 1);
        }
      }
      await clock.sleep(BREATH_MS);
    }
    return counts;
  }
}

function refusal(message: string): S3Error {
  return new S3Error('InvalidRequest', message);
}
