// Multipart uploads in metadata: what the tables of uploads and their parts promise.
//
// Invariants:
//   U1. Uploads and parts live in the metadata stream like everything else: its sequence orders a part against the completion
//       or abort of its upload. A part that comes after the end of its upload is garbage: never listed, its blob reclaimed.
//   U2. Removing an upload removes its parts from every view in the same step; blobs of theirs that no object references any more
//       (nor any other part) enter the reclaim queue, the others live on in the object that was completed from them.
//   U3. Lists come after a barrier, in the order AWS gives them.

import type { PartRecord, UploadRecord } from '../contracts/records.ts';
import type { CommitOutcome, Expectation, Versioned } from './commits.ts';

export interface UploadAddress {
  readonly bucketId: string;
  readonly key: string;
  readonly uploadId: string;
}

export interface UploadQuery {
  readonly bucketId: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** Only uploads after this key; with `uploadIdMarker` also later uploads of this very key. Empty: from the start. */
  readonly keyMarker: string;
  readonly uploadIdMarker: string;
  /** Uploads and common prefixes together. */
  readonly limit: number;
}

export type UploadEntry =
  | { readonly kind: 'upload'; readonly upload: Versioned<UploadRecord> }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface UploadPage {
  /** By key, then by time of initiation (upload ids are time-ordered), prefixes rolled up in their place. */
  readonly entries: readonly UploadEntry[];
  readonly truncated: boolean;
}

export interface PartPage {
  /** By part number. */
  readonly parts: readonly Versioned<PartRecord>[];
  readonly truncated: boolean;
}

export interface UploadTable {
  create(bucketId: string, record: UploadRecord): Promise<CommitOutcome>;
  /** Absence is proven, as for objects. */
  get(address: UploadAddress): Promise<Versioned<UploadRecord> | undefined>;
  /** Ends an upload (completed or aborted). `conflict` when it is already gone. */
  remove(address: UploadAddress, expected: Expectation): Promise<CommitOutcome>;
  list(query: UploadQuery): Promise<UploadPage>;
  /** Last writer of a part number wins. Refused with `shards-unavailable` where its write was condemned (`Uncondemned`). */
  putPart(address: UploadAddress, record: PartRecord): Promise<CommitOutcome>;
  /** Whether the upload was still open at the stream position of a part's commit: waits for the view, else asks the leader. */
  wasOpenAt(address: UploadAddress, revision: number): Promise<boolean>;
  /** Parts with a number above `after`, at most `limit`, after a barrier. */
  parts(address: UploadAddress, after: number, limit: number): Promise<PartPage>;
}
