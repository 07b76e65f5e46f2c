// Versions in metadata: what the archive behind the current records promises.
//
// Invariants:
//   V1. A version is either current (ObjectTable) or archived, at every sequence of the stream: what moves it is one atomic batch.
//       A view that has applied half of a batch sees it twice, and shows it once.
//   V2. Ids of one key ascend in the order in which its versions became current (composeVersionId).
//   V3. A key has at most one version named `null`, and its archived form one subject: writing a new one drops the old one in the
//       same step.
//   V4. Lists come after a barrier; newest version first.

import type { ObjectRecord } from '../contracts/records.ts';
import { NULL_VERSION } from '../core/ids.ts';
import type { CommitOutcome, Versioned } from './commits.ts';
import type { EventNote } from './event-note.ts';
import type { ObjectSummary } from './record-codec.ts';

export interface VersionAddress {
  readonly bucketId: string;
  readonly key: string;
  /** An id or `null`. */
  readonly version: string;
}

export interface VersionQuery {
  readonly bucketId: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** Only versions after this key; with `versionMarker` also older versions of this very key. Empty: from the start. */
  readonly keyMarker: string;
  /** An id or `null`; a `null` version that is gone has no place any more, and its key is listed from its newest version on. */
  readonly versionMarker: string;
  /** Versions and common prefixes together. */
  readonly limit: number;
}

export interface ListedVersion extends Versioned<ObjectSummary> {
  readonly key: string;
  readonly isLatest: boolean;
}

export type VersionEntry =
  | { readonly kind: 'version'; readonly version: ListedVersion }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface VersionPage {
  /** By key, then newest first, prefixes rolled up in their place. */
  readonly entries: readonly VersionEntry[];
  readonly truncated: boolean;
}

export interface VersionTable {
  /** An archived version; absence is proven, as for objects. */
  get(address: VersionAddress): Promise<Versioned<ObjectRecord> | undefined>;
  /** As `get`, but absence is not proven. */
  peek(address: VersionAddress): Promise<Versioned<ObjectRecord> | undefined>;
  /** The newest archived version of a key, after a barrier. */
  newest(bucketId: string, key: string): Promise<Versioned<ObjectRecord> | undefined>;
  /** Changes an archived version; never makes one. */
  put(
    address: VersionAddress,
    record: ObjectRecord,
    expected: { readonly revision: number },
  ): Promise<CommitOutcome>;
  /** For good. `note`: where it was not a client who asked for it. */
  remove(
    address: VersionAddress,
    expected: { readonly revision: number },
    note?: EventNote,
  ): Promise<CommitOutcome>;
  list(query: VersionQuery): Promise<VersionPage>;
}

/** How clients name the version that this record is. */
export function versionName({
  versionId,
  nullVersion,
}: Pick<ObjectRecord, 'versionId' | 'nullVersion'>): string {
  return versionId === undefined || nullVersion === true ? NULL_VERSION : versionId;
}
