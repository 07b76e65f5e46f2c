// What the truth needs of every node, and what is there: the part of the judgement that looks at shards.

import type { BlobRecord, ObjectRecord } from '../../../src/contracts/records.ts';
import { shardKeyText } from '../../../src/core/shard-key.ts';
import { shardBytes } from '../../../src/objects/layout.ts';
import type { SimMetadata } from './sim-metadata.ts';
import type { NodeDisk } from './sim-store.ts';

/** How blobs of the simulated cluster are coded. */
export const K = 2;
export const M = 1;

export interface NeededShard {
  readonly node: number;
  readonly name: string;
  readonly index: number;
  readonly blob: BlobRecord;
  readonly record: ObjectRecord;
}

export class Inventory {
  /** `node name` of shards that a misfortune destroyed and nobody has repaired yet. */
  readonly destroyed = new Set<string>();
  readonly #metadata: SimMetadata;
  readonly #disks: ReadonlyMap<number, NodeDisk>;
  /** State of everything as it was judged last. */
  #judged = -1;

  constructor(metadata: SimMetadata, disks: ReadonlyMap<number, NodeDisk>) {
    this.#metadata = metadata;
    this.#disks = disks;
  }

  /** The shards that the truth needs now, and where. */
  *needed(): Generator<NeededShard> {
    for (const { record } of this.#metadata.truth.values()) {
      for (const blob of record.blobs) {
        for (const [index, node] of blob.nodes.entries()) {
          if (shardBytes(shapeOf(blob), index) === 0 || blob.missing?.includes(index) === true) continue;
          yield { node, index, blob, record, name: shardKeyText({ writeId: blob.write, index }) };
        }
      }
    }
  }

  /** Names of shards on a node that could be lost: all others of their blobs are whole, and recorded so. */
  spare(node: number): string[] {
    const isSpare = ({ blob }: NeededShard): boolean =>
      blob.missing === undefined &&
      blob.nodes.every((holder, index) => {
        const name = shardKeyText({ writeId: blob.write, index });
        return shardBytes(shapeOf(blob), index) === 0 || this.isWhole(holder, name);
      });
    return [...this.needed()]
      .filter((shard) => shard.node === node && isSpare(shard))
      .map(({ name }) => name);
  }

  isWhole(node: number, name: string): boolean {
    return this.#disks.get(node)?.shards.has(name) === true && !this.destroyed.has(`${node} ${name}`);
  }

  /** After every step: everything that the truth names is there. A step that changed neither is not judged again. */
  judge(): readonly string[] {
    let version = this.#metadata.revision;
    for (const { shards } of this.#disks.values()) version += shards.version;
    if (version === this.#judged) return [];
    this.#judged = version;
    for (const { node, name, record, index, blob } of this.needed()) {
      if (this.#metadata.overdue.has(blob.write)) continue;
      if (this.isWhole(node, name) || this.destroyed.has(`${node} ${name}`)) continue;
      return [`I2: shard ${index} of ${record.request} is not on node ${node}`];
    }
    for (const { record } of this.#metadata.truth.values()) {
      for (const blob of record.blobs) {
        const present = blob.nodes.length - (blob.missing?.length ?? 0);
        if (present >= K) continue;
        return [`I2: ${record.request} was committed with ${present} shards`];
      }
    }
    return [];
  }

  /** After all was healed: what was owed is paid, what nobody names is gone. */
  judgeRest(): readonly string[] {
    const wrong: string[] = [];
    const named = new Set<string>();
    for (const { node, name, record } of this.needed()) {
      named.add(`${node} ${name}`);
      if (!this.isWhole(node, name)) wrong.push(`I3: ${name} of ${record.request} was not repaired`);
    }
    const leaving = new Set(
      this.#metadata.ring.nodes.filter(({ state }) => state !== 'active').map(({ id }) => id),
    );
    for (const { record } of this.#metadata.truth.values()) {
      for (const { missing = [], nodes } of record.blobs) {
        if (missing.length > 0) wrong.push(`I3: ${record.request} still misses a shard`);
        if (nodes.some((node) => leaving.has(node)))
          wrong.push(`I3: ${record.request} still has a shard on a node that drains`);
      }
    }
    for (const [node, { shards }] of this.#disks) {
      for (const name of shards.keys())
        if (!named.has(`${node} ${name}`)) wrong.push(`I3: ${name} on node ${node} is nobody's and stays`);
    }
    return wrong;
  }
}

function shapeOf(blob: BlobRecord): Parameters<typeof shardBytes>[0] {
  return { sizeBytes: blob.size, k: blob.k, m: blob.m, cellBytes: blob.cell };
}
