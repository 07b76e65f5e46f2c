// Every blob of the cluster and the records that name it: for those who repair, move and collect shards.
//
// Invariants:
//   B1. What `naming`, `after` and `fateOf` say is as of the view; after `catchUp` that is everything committed before.
//   B2. `revise` changes records by compare-and-set, each only where it still names the blob: it never brings an object back,
//       undoes a write, or makes a record say what `change` has not seen.
//   B3. After `condemn` no first record of the writes can be committed (`Uncondemned`); one that came before is in the view after
//       the next `catchUp`.
//   B4. Nothing may be concluded from the absence of a name while `complete` is false.

import type { BlobRecord } from '../contracts/records.ts';
import type { WriteId } from '../core/ids.ts';

/** A blob as the records that name it have it. */
export interface BlobNames {
  readonly write: WriteId;
  /** Different ways in which records name it; usually one. */
  readonly blobs: readonly BlobRecord[];
}

export interface Revision {
  /** Records that say what was asked for now. */
  readonly revised: number;
  /** Records that others kept changing. */
  readonly contended: number;
}

export interface BlobLedger {
  /** Resolves when the view holds every commit acknowledged before; throws when it cannot, or is fenced. */
  catchUp(): Promise<void>;
  /** Different ways in which records name a blob, usually one; none when no record does. */
  naming(write: WriteId): readonly BlobRecord[];
  /** The next `limit` blobs after `after` (empty: from the first) in the order of their writes. */
  after(after: WriteId | '', limit: number): readonly BlobNames[];
  /** Named by a record, waiting to be reclaimed, or neither: then it never was committed, or is gone. */
  fateOf(write: WriteId): 'named' | 'queued' | 'unknown';
  /** The stream is trusted and every record can be read. */
  readonly complete: boolean;
  /** When the stream was made that the view pictures: its identity. Empty before it was seen. */
  readonly stream: string;
  /** Blobs that are named or wait to be reclaimed, about. */
  readonly count: number;
  /** Forbids first records of writes that nobody named: what holds their shards is about to let them go. Lasts for a day at least. */
  condemn(writes: readonly WriteId[]): Promise<void>;
  /** Applies `change` to the blob in every record that names it. `change` returns what it was given where nothing is to do. */
  revise(write: WriteId, change: (blob: BlobRecord) => BlobRecord): Promise<Revision>;
}
