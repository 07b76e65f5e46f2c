// How a shard of this node is, as far as its index row tells.

import { isPredastoreError } from '../core/errors.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { ShardStore } from '../segments/shard-store.ts';

/** `stored`: the row is sound; its bytes were not looked at. A row that is damaged says nothing of the others. */
export type RowState = 'absent' | 'damaged' | 'stored';

export async function rowStateOf(store: Pick<ShardStore, 'stat'>, key: ShardKey): Promise<RowState> {
  try {
    return (await store.stat(key)) === undefined ? 'absent' : 'stored';
  } catch (error) {
    if (isPredastoreError(error) && error.code === 'shard-corrupt') return 'damaged';
    throw error;
  }
}
