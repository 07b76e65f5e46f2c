// One node as seen by whoever moves shards: the same operations whether it is far away (remote-peer.ts) or this
// very process (storage/stored-shards.ts). The wire protocol is one implementation calling another.

import type { ByteRange } from '../core/body.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { ShardDescription, ShardGetOutcome, ShardPut, ShardUpload } from './shard-client.ts';

export interface ShardPeer {
  put(request: ShardPut): Promise<ShardUpload>;
  /** A range that reaches beyond the shard is `shard-corrupt`: the record and the disk disagree. */
  get(key: ShardKey, range: ByteRange): Promise<ShardGetOutcome>;
  stat(keys: readonly ShardKey[]): Promise<readonly boolean[]>;
  describe(key: ShardKey): Promise<ShardDescription | undefined>;
  remove(keys: readonly ShardKey[]): Promise<number>;
}
