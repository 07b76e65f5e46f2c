// The placement ring: which nodes an object prefers, in which order.
//
// Owns: consistent hashing with virtual nodes, and spreading over failure domains. Refuses: knowing who is up
// (objects/placement.ts) and finding what was written (readers use the object record, never the ring).
// Invariants:
//   R1. The order depends on epoch-independent input only: node ids, weights, domains and the object's hash.
//   R2. Every node appears exactly once; no domain appears for the n-th time before every other domain had n-1 turns
//       or ran out of nodes.
//   R3. When a node joins or leaves, the other nodes keep their order among themselves, as far as domains permit.

import { createHash } from 'node:crypto';
import { assert, present } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { RING_POINTS_PER_NODE, RING_WEIGHT_MAX } from '../core/limits.ts';
import type { NodeId } from '../core/ids.ts';

export interface RingNode {
  readonly id: NodeId;
  /** Share of the data relative to the other nodes: 1 is usual, 2 takes twice as much. */
  readonly weight: number;
  /** What fails together: a rack, a host. A node without one fails alone. */
  readonly domain?: string;
}

export interface RingSettings {
  /** Counts changes of membership; written into every blob record. */
  readonly epoch: number;
  readonly nodes: readonly RingNode[];
}

export interface Ring {
  readonly epoch: number;
  /** Every node once, most preferred first. `hash` is uniform: a SHA-256 of which 6 bytes are used. */
  order(hash: Uint8Array): readonly NodeId[];
}

/** Bytes of a hash that make a position: 48 bits are exact in a number and make collisions negligible. */
const POSITION_BYTES = 6;
const POSITIONS_PER_DIGEST = Math.floor(32 / POSITION_BYTES);

interface Point {
  readonly position: number;
  /** Index into the list of nodes. */
  readonly node: number;
}

class HashRing implements Ring {
  readonly epoch: number;
  readonly #nodes: readonly RingNode[];
  readonly #points: readonly Point[];
  /** Per node: an index of its domain. */
  readonly #domainOf: readonly number[];

  constructor(settings: RingSettings) {
    this.epoch = settings.epoch;
    // Sorted, so that the order of lines in a configuration file does not matter.
    this.#nodes = [...settings.nodes].sort((a, b) => a.id - b.id);
    this.#domainOf = numberDomains(this.#nodes);
    this.#points = this.#nodes
      .flatMap((node, index) => pointsOf(node).map((position) => ({ position, node: index })))
      .sort((a, b) => a.position - b.position || a.node - b.node);
  }

  order(hash: Uint8Array): readonly NodeId[] {
    const walk = this.#walk(positionAt(hash, 0));
    const turns = new Uint32Array(this.#nodes.length);
    const rounds: NodeId[][] = [];
    for (const index of walk) {
      const domain = present(this.#domainOf[index], 'domain');
      const turn = present(turns[domain], 'turn');
      turns[domain] = turn + 1;
      (rounds[turn] ??= []).push(present(this.#nodes[index], 'node').id);
    }
    return rounds.flat();
  }

  /** Indices of nodes in the order in which a walk around the ring first meets them. */
  #walk(position: number): number[] {
    const met = new Uint8Array(this.#nodes.length);
    const walk: number[] = [];
    for (let at = this.#firstPointAt(position); walk.length < met.length; at += 1) {
      const { node } = present(this.#points[at % this.#points.length], 'point');
      if (met[node] === 1) continue;
      met[node] = 1;
      walk.push(node);
    }
    return walk;
  }

  #firstPointAt(position: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (present(this.#points[middle], 'point').position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function pointsOf(node: RingNode): number[] {
  const count = Math.max(1, Math.round(RING_POINTS_PER_NODE * node.weight));
  const positions: number[] = [];
  for (let block = 0; positions.length < count; block += 1) {
    const digest = createHash('sha256').update(`predastore ring 1/${node.id}/${block}`).digest();
    for (let i = 0; i < POSITIONS_PER_DIGEST && positions.length < count; i += 1) {
      positions.push(positionAt(digest, i * POSITION_BYTES));
    }
  }
  return positions;
}

function positionAt(bytes: Uint8Array, offset: number): number {
  assert(bytes.length >= offset + POSITION_BYTES, 'the hash is too short for a position');
  let position = 0;
  for (let i = 0; i < POSITION_BYTES; i += 1) position = position * 256 + (bytes[offset + i] ?? 0);
  return position;
}

function numberDomains(nodes: readonly RingNode[]): number[] {
  const numbers = new Map<string, number>();
  return nodes.map((node, index) => {
    if (node.domain === undefined) return index;
    const known = numbers.get(node.domain) ?? index;
    numbers.set(node.domain, known);
    return known;
  });
}

/** Builds the ring of a cluster. Deterministic: the same nodes give the same orders on every machine, for ever. */
export function createRing(settings: RingSettings): Ring {
  const seen = new Set<NodeId>();
  for (const node of settings.nodes) {
    if (seen.has(node.id))
      throw new PredastoreError('invalid-config', `node ${node.id} is in the ring twice`);
    seen.add(node.id);
    if (!(node.weight > 0 && node.weight <= RING_WEIGHT_MAX)) {
      throw new PredastoreError(
        'invalid-config',
        `the weight of node ${node.id} must be above 0 and at most ${RING_WEIGHT_MAX}`,
      );
    }
  }
  if (seen.size === 0) throw new PredastoreError('invalid-config', 'a ring needs a node');
  return new HashRing(settings);
}
