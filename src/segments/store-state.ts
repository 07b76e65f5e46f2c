// What the state file of a data directory says.

import type { KeySlot } from './data-key.ts';

export interface StoreState {
  readonly storeId: Buffer;
  /** Grows with every change: shows a directory that was put back to an earlier day. */
  readonly sequence: number;
  /** Numbers below may have been used. */
  readonly fragmentHighWater: number;
  readonly shardHighWater: number;
  /** Segment numbers below may have been used. */
  readonly nextSegment: number;
  readonly keySlots: readonly KeySlot[];
}
