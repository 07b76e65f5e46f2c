// What a storage engine promises, whatever its insides. The one implementation is `segment-store.ts`.
//
// Invariants every implementation keeps:
//   S1. Before `commit` resolves nothing of a shard is visible; after it resolves, all of it survives power loss.
//   S2. Bytes are handed out only after their fragment was authenticated; a flipped bit is an error, never data.
//   S3. A shard is immutable: a second commit of a key is refused, unless it says that it replaces (with the same bytes).
//   S4. A reader that has started is served to its end, whatever is deleted or compacted meanwhile.

import type { ByteRange } from '../core/body.ts';
import type { ShardKey } from '../core/shard-key.ts';

export interface AppendRequest {
  readonly key: ShardKey;
  /** SHA-256 of `bucket/key`: bound into the seal of every fragment. 32 bytes. */
  readonly objectHash: Uint8Array;
  /** Exact length of the shard; the extent is reserved for it. */
  readonly lengthBytes: number;
  /** The commit takes the place of a shard of this key, if there is one: repair puts a rebuilt shard where a damaged one lies. */
  readonly replaces?: true;
}

export interface CommitReceipt {
  /** The store is below its near-full watermark: accept, but tell the client to slow down. */
  readonly nearFull: boolean;
}

export interface ShardWriter {
  /** Takes the next bytes; resolves when they are accepted (back-pressure). The caller may reuse `chunk` afterwards. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the shard durable, with a copy of its object record for rebuilding metadata, and then visible. */
  commit(record: Uint8Array): Promise<CommitReceipt>;
  /** Gives the reserved space back. Harmless after `commit`. */
  abort(): Promise<void>;
}

export interface ShardStat {
  readonly key: ShardKey;
  readonly objectHash: Uint8Array;
  readonly lengthBytes: number;
}

export interface ShardReader {
  readonly stat: ShardStat;
  /** The authenticated bytes of the range asked for. Ending the iteration early releases the extent. Call once. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Releases the extent without reading. Harmless after `bytes` was drained. */
  close(): void;
}

/** What a look at every byte of a shard found. */
export type ShardVerdict =
  | { readonly kind: 'absent' }
  | { readonly kind: 'whole'; readonly stat: ShardStat }
  /** Some fragment, the object record or the index row is not what was committed, or the disk does not give it back. */
  | { readonly kind: 'damaged'; readonly reason: string };

export interface StoreStatus {
  readonly storeId: string;
  readonly segments: number;
  readonly shards: number;
  readonly liveBytes: number;
  readonly deadBytes: number;
  readonly freeFraction: number;
  readonly pressure: 'none' | 'nearfull' | 'full';
}

/** What a pass of compaction did. */
export interface CompactionReport {
  /** Segments that were emptied, and what of them had to be moved. */
  readonly segments: number;
  readonly shards: number;
  readonly bytes: number;
  /** Damaged shards that were left where they are; repair replaces them. */
  readonly stuckShards: number;
  /** Segments that could not be emptied. */
  readonly failedSegments: number;
}

export interface ShardStore {
  append(request: AppendRequest): Promise<ShardWriter>;
  /** `undefined` when no such shard is committed. A range is clamped to the shard. */
  read(key: ShardKey, range?: ByteRange): Promise<ShardReader | undefined>;
  stat(key: ShardKey): Promise<ShardStat | undefined>;
  /** The object record that was committed with the shard. */
  record(key: ShardKey): Promise<Uint8Array | undefined>;
  /** Makes shards invisible and their space reclaimable. Resolves when durable, with how many existed. */
  delete(keys: readonly ShardKey[]): Promise<number>;
  /**
   * Reads and authenticates every fragment of a shard and its object record, and hands nothing out. Meant for scrubbing: memory is
   * one window, the thread is never blocked on the disk. Rejects only where nothing can be said of the shard (`store-closed`).
   */
  verify(key: ShardKey): Promise<ShardVerdict>;
  /** Keys of committed shards in key order after `after`, at most `limit` and LIST_SHARDS_MAX; about 1 µs each. */
  keys(after: ShardKey | undefined, limit: number): Promise<readonly ShardKey[]>;
  /** As `keys`, with what is known of each. A row that is damaged is left out: `keys` names it, `verify` says why. */
  list(after: ShardKey | undefined, limit: number): Promise<readonly ShardStat[]>;
  status(): Promise<StoreStatus>;
  /** One pass of compaction now, at full speed; it shares a pass that is running. The store also does it by itself. */
  compact(): Promise<CompactionReport>;
  /**
   * Wraps the data keys with another master key (32 bytes), durably; no data is written anew. `unchanged`: it is the one in use.
   * The next start needs the new key.
   */
  rotateMasterKey(masterKey: Uint8Array): Promise<'rotated' | 'unchanged'>;
  /** Waits for running commits, then closes every file. */
  close(): Promise<void>;
}
