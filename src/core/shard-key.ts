// The name of a shard: which write, which of its K + M shards.

import type { WriteId } from './ids.ts';

export interface ShardKey {
  readonly writeId: WriteId;
  /** 0 … K-1 are data, K … K+M-1 parity. */
  readonly index: number;
}

/** Stable text form for logs and maps. */
export function shardKeyText(key: ShardKey): string {
  return `${key.writeId}/${key.index}`;
}
