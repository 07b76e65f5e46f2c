// Moving one shard to or from a node, by the node's id. The contract that `objects/` builds on.
//
// Every failure is a PredastoreError: `peer-unreachable`, `peer-stalled`, `store-full`, `shard-corrupt`, … A node that
// hangs, drips, lies or dies costs at most the bounds in core/limits.ts.

import type { ByteRange } from '../core/body.ts';
import type { NodeId } from '../core/ids.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { PeerPace } from './peer-pace.ts';

export interface ShardPut {
  readonly key: ShardKey;
  readonly objectHash: Uint8Array;
  readonly lengthBytes: number;
  /** A rebuilt shard takes the place of a damaged one. Only at a node's own storage: the wire does not carry it. */
  readonly replaces?: true;
}

export interface ShardUpload {
  /** Hands over the next bytes, which the caller may use again once this resolves: there is room for more. Rejects when the peer fails. */
  write(chunk: Uint8Array): Promise<void>;
  /** Sends the object record and the end; resolves when the shard is durable over there. */
  commit(record: Uint8Array): Promise<{ readonly nearFull: boolean }>;
  /** Gives the shard up; nothing of it becomes visible. Harmless at any time, but does not take a finished commit back. */
  abort(reason: Error): void;
}

export interface ShardDownload {
  /** Length of the whole shard. */
  readonly lengthBytes: number;
  /** Exactly the bytes of the range asked for, or a throw. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Stops the transfer; harmless at any time. */
  cancel(): void;
}

export type ShardGetOutcome =
  { readonly kind: 'found'; readonly download: ShardDownload } | { readonly kind: 'absent' };

/** What a node knows of a shard beside its bytes. */
export interface ShardDescription {
  readonly lengthBytes: number;
  readonly objectHash: Uint8Array;
  /** The object record that was committed with the shard. */
  readonly record: Uint8Array;
}

/** `down`: the circuit breaker is open, calls fail at once; `suspect`: one probe at a time is let through. */
export type NodeCondition = 'up' | 'suspect' | 'down';

export interface ShardClient {
  put(node: NodeId, request: ShardPut): Promise<ShardUpload>;
  /** `range` is in bytes of the shard and lies within it; a shorter shard is `shard-corrupt`. */
  get(node: NodeId, key: ShardKey, range: ByteRange): Promise<ShardGetOutcome>;
  /** Which of `keys` the node holds. */
  stat(node: NodeId, keys: readonly ShardKey[]): Promise<readonly boolean[]>;
  /** Length, object hash and sealed record of a shard; `undefined` when the node does not have it. */
  describe(node: NodeId, key: ShardKey): Promise<ShardDescription | undefined>;
  /** Deletes; absent shards do not matter. Resolves with how many existed. */
  remove(node: NodeId, keys: readonly ShardKey[]): Promise<number>;
  condition(node: NodeId): NodeCondition;
  /** How fast a node answers reads. Who reads tells it. */
  pace(node: NodeId): PeerPace;
  /** A write made no progress at a node within the bound of the caller: one step towards giving the node up. */
  stalled(node: NodeId): void;
  /** True for the node of this very process: its shards cost no network. */
  isLocal(node: NodeId): boolean;
  close(): Promise<void>;
}
