// A ShardClient whose nodes are maps: a controllable peer for the objects room. Nodes can be down, stall, break off in the
// middle of a read or a write, or forget a shard.

import { PredastoreError } from '../../src/core/errors.ts';
import type { ByteRange } from '../../src/core/body.ts';
import { nodeId, type NodeId } from '../../src/core/ids.ts';
import { shardKeyText, type ShardKey } from '../../src/core/shard-key.ts';
import { PeerPace } from '../../src/shards/peer-pace.ts';
import type {
  NodeCondition,
  ShardClient,
  ShardDescription,
  ShardGetOutcome,
  ShardPut,
  ShardUpload,
} from '../../src/shards/shard-client.ts';

export interface NodeFaults {
  /** Calls fail at once, and the breaker knows. */
  down?: boolean;
  /** Calls fail at once, but nobody knows it beforehand. */
  refuses?: boolean;
  /** Writes and reads break off after this many bytes. */
  breaksAfterBytes?: number;
  /** Reads are not answered at all, for ever. */
  stallsGet?: boolean;
  /** Reads stop moving after this many bytes, for ever. */
  stallsReadAfterBytes?: number;
  /** Writes stop moving at once, for ever. */
  stallsWrites?: boolean;
  /** The commit never answers. */
  stallsCommit?: boolean;
  /** Appends answer that the disk is full. */
  full?: boolean;
}

const never = (): Promise<never> => new Promise(() => {});
const CHUNK_BYTES = 50_000;

export class MemoryShards implements ShardClient {
  readonly stored = new Map<NodeId, Map<string, Buffer>>();
  readonly paces = new Map<NodeId, PeerPace>();
  /** Nodes that a write gave up for lack of progress. */
  readonly stalls: NodeId[] = [];
  readonly faults = new Map<NodeId, NodeFaults>();
  readonly reads: { node: NodeId; index: number; range: ByteRange }[] = [];
  /** Downloads that were neither read to their end nor cancelled. */
  openDownloads = 0;
  readonly #descriptions = new Map<string, ShardDescription>();
  readonly #local: NodeId;

  constructor(nodes: number, local = 1) {
    this.#local = nodeId(local);
    for (let id = 1; id <= nodes; id += 1) this.stored.set(nodeId(id), new Map());
  }

  fault(node: number, faults: NodeFaults): void {
    this.faults.set(nodeId(node), faults);
  }

  shardCount(): number {
    return [...this.stored.values()].reduce((sum, shards) => sum + shards.size, 0);
  }

  async put(node: NodeId, request: ShardPut): Promise<ShardUpload> {
    const faults = this.#reach(node);
    if (faults.full === true) throw new PredastoreError('store-full', 'no room');
    const parts: Buffer[] = [];
    let length = 0;
    return {
      write: async (chunk) => {
        if (faults.stallsWrites === true) await never();
        length += chunk.length;
        if (length > (faults.breaksAfterBytes ?? Infinity))
          throw new PredastoreError('peer-unreachable', 'died');
        parts.push(Buffer.from(chunk));
      },
      commit: async (record) => {
        if (faults.stallsCommit === true) await never();
        const bytes = Buffer.concat(parts);
        if (bytes.length !== request.lengthBytes) throw new PredastoreError('peer-protocol', 'wrong length');
        this.#shards(node).set(shardKeyText(request.key), bytes);
        const { lengthBytes, objectHash } = request;
        this.#descriptions.set(shardKeyText(request.key), { lengthBytes, objectHash, record });
        return { nearFull: false };
      },
      abort: () => {
        parts.length = 0;
      },
    };
  }

  async get(node: NodeId, key: ShardKey, range: ByteRange): Promise<ShardGetOutcome> {
    const faults = this.#reach(node);
    this.reads.push({ node, index: key.index, range });
    if (faults.stallsGet === true) await never();
    const shard = this.#shards(node).get(shardKeyText(key));
    if (shard === undefined) return { kind: 'absent' };
    this.openDownloads += 1;
    let open = true;
    const end = (): void => {
      if (open) this.openDownloads -= 1;
      open = false;
    };
    const bytes = (async function* () {
      for (let at = range.start; at < range.end; at += CHUNK_BYTES) {
        const done = at - range.start;
        if (done >= (faults.breaksAfterBytes ?? Infinity))
          throw new PredastoreError('peer-unreachable', 'died');
        if (done >= (faults.stallsReadAfterBytes ?? Infinity)) await never();
        yield shard.subarray(at, Math.min(range.end, at + CHUNK_BYTES));
      }
    })();
    return { kind: 'found', download: { lengthBytes: shard.length, bytes, cancel: end } };
  }

  async stat(node: NodeId, keys: readonly ShardKey[]): Promise<readonly boolean[]> {
    this.#reach(node);
    return keys.map((key) => this.#shards(node).has(shardKeyText(key)));
  }

  async describe(node: NodeId, key: ShardKey): Promise<ShardDescription | undefined> {
    this.#reach(node);
    const name = shardKeyText(key);
    return this.#shards(node).has(name) ? this.#descriptions.get(name) : undefined;
  }

  async remove(node: NodeId, keys: readonly ShardKey[]): Promise<number> {
    this.#reach(node);
    return keys.filter((key) => this.#shards(node).delete(shardKeyText(key))).length;
  }

  condition(node: NodeId): NodeCondition {
    return this.faults.get(node)?.down === true ? 'down' : 'up';
  }

  pace(node: NodeId): PeerPace {
    const pace = this.paces.get(node) ?? new PeerPace();
    this.paces.set(node, pace);
    return pace;
  }

  stalled(node: NodeId): void {
    this.stalls.push(node);
  }

  isLocal(node: NodeId): boolean {
    return node === this.#local;
  }

  async close(): Promise<void> {}

  #shards(node: NodeId): Map<string, Buffer> {
    const shards = this.stored.get(node);
    if (shards === undefined) throw new PredastoreError('peer-unreachable', `no node ${node}`);
    return shards;
  }

  #reach(node: NodeId): NodeFaults {
    const faults = this.faults.get(node) ?? {};
    if (faults.down === true || faults.refuses === true)
      throw new PredastoreError('peer-unreachable', `node ${node}`);
    return faults;
  }
}
