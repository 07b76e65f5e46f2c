// Blobs of records that were sealed long ago, against the shards that are there now.

import type { BlobRecord } from '../contracts/records.ts';
import type { NodeId } from '../core/ids.ts';
import type { GatheredSeals } from '../metadata/gathered-seals.ts';
import { shardBytes } from '../objects/layout.ts';
import { shapeOf } from '../objects/read-plan.ts';

interface WithBlobs {
  readonly blobs: readonly BlobRecord[];
}

export class FoundBlobs {
  readonly #seals: GatheredSeals;
  readonly #asked: ReadonlySet<NodeId>;

  /** `asked`: the nodes whose shards `seals` knows. */
  constructor(seals: GatheredSeals, asked: ReadonlySet<NodeId>) {
    this.#seals = seals;
    this.#asked = asked;
  }

  /** Whether every blob can be read, or may be: a node that was not asked is taken to have what it should. */
  isReadable({ blobs }: WithBlobs): boolean {
    return blobs.every((blob) => this.#hasEnough(blob));
  }

  /** As `isReadable`; `gone`: not one shard of it is left on the nodes that were asked. */
  standing({ blobs }: WithBlobs): 'whole' | 'short' | 'gone' {
    if (this.isReadable({ blobs })) return 'whole';
    return blobs.every((blob) => this.#present(blob).length === 0) ? 'gone' : 'short';
  }

  /** The record with every shard where it was found. */
  relocated<T extends WithBlobs>(record: T): T {
    return { ...record, blobs: record.blobs.map((blob) => this.#relocate(blob)) };
  }

  #hasEnough(blob: BlobRecord): boolean {
    const counted = countedShards(blob);
    // Shards of zeros alone are not stored, and known all the same.
    return this.#present(blob).length >= blob.k - (blob.nodes.length - counted.length);
  }

  #present(blob: BlobRecord): readonly PlacedShard[] {
    const holders = this.#seals.holders(blob.write);
    return countedShards(blob).filter(({ node, index }) => holders.has(index) || !this.#asked.has(node));
  }

  #relocate(blob: BlobRecord): BlobRecord {
    const holders = this.#seals.holders(blob.write);
    const nodes = blob.nodes.map((node, index) => {
      const found = holders.get(index) ?? [];
      return found.includes(node) ? node : (found[0] ?? node);
    });
    const { missing = [], ...rest } = blob;
    const still = missing.filter((index) => !holders.has(index));
    return { ...rest, nodes, ...(still.length > 0 && { missing: still }) };
  }
}

interface PlacedShard {
  readonly node: NodeId;
  readonly index: number;
}

/** Those that have bytes. */
function countedShards(blob: BlobRecord): readonly PlacedShard[] {
  const shape = shapeOf(blob);
  return blob.nodes
    .map((node, index) => ({ node, index }))
    .filter(({ index }) => shardBytes(shape, index) > 0);
}
