// What an object store does, in its own words: requests and expected endings. S3's words are `service/` and `gateway/`.
//
// Failures that are nobody's answer (a plane unreachable, a body cut short, a digest that does not match) are thrown
// PredastoreErrors; after any of them the object is what it was before.

import type { ByteRange, DigestAlgorithm, IncomingBody, OutgoingBody } from '../core/body.ts';
import type { BucketRecord, ObjectProperties, ObjectRecord } from '../contracts/records.ts';
import type { CustomerKey, KeyRefusal } from './customer-key.ts';
import type { ListPage } from '../metadata/metadata-store.ts';
import type { VersionPage, VersionQuery } from '../metadata/version-table.ts';

export type { ListEntry, ListPage } from '../metadata/metadata-store.ts';
export { versionName } from '../metadata/version-table.ts';
export type { VersionEntry, VersionPage, VersionQuery } from '../metadata/version-table.ts';

/** The raw texts of the conditional headers; RFC 9110 section 13 says what they mean together. */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifUnmodifiedSince?: string;
  /** Deletions only: a time, compared to the second. */
  readonly ifMatchLastModified?: string;
  /** Deletions only. */
  readonly ifMatchSizeBytes?: number;
}

export interface ObjectLocator {
  readonly bucket: BucketRecord;
  readonly key: string;
}

export interface VersionLocator extends ObjectLocator {
  /** An id or `null`; absent: the current version. */
  readonly versionId?: string;
}

export type NotFound = { readonly kind: 'no-such-key' | 'no-such-bucket' | 'no-such-version' } | DeletedHere;

/** A delete marker is where an object is asked for. */
export interface DeletedHere {
  readonly kind: 'delete-marker';
  readonly marker: ObjectRecord;
  /** The marker was asked for by its version; otherwise it is current. */
  readonly isNamed: boolean;
}

export interface PutRequest extends ObjectLocator {
  readonly conditions: Conditions;
  /** Lower-case content headers that are kept with the object. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without its prefix. */
  readonly meta: Readonly<Record<string, string>>;
  readonly properties?: ObjectProperties;
  /** Enciphers the body; readers have to bring it again. */
  readonly customerKey?: CustomerKey;
  /** A checksum to compute and keep even when the sender does not announce it. */
  readonly checksum?: DigestAlgorithm;
  readonly requestId: string;
}

export type PutOutcome =
  | {
      readonly kind: 'stored';
      readonly record: ObjectRecord;
      /** Shards that could not be written and are owed to repair. */
      readonly missingShards: number;
      /** A node is below its near-full watermark. */
      readonly nearFull: boolean;
    }
  | { readonly kind: 'precondition-failed' }
  /** If-Match on a key that does not exist. */
  | { readonly kind: 'no-such-key' }
  | { readonly kind: 'no-such-bucket' }
  /** Others kept changing the object; the condition could be neither met nor refuted. */
  | { readonly kind: 'conflict' };

export interface GetRequest extends VersionLocator {
  readonly conditions: Conditions;
  readonly customerKey?: CustomerKey;
  /** For `head`: what is on record is asked for, no key has to be shown. */
  readonly recordOnly?: true;
  /** The raw Range header. Multiple and malformed ranges are ignored, as AWS does. */
  readonly range?: string;
  /** One part of an object that was uploaded in parts; wins over `range`. */
  readonly partNumber?: number;
}

export interface FoundObject {
  readonly kind: 'found';
  readonly record: ObjectRecord;
  readonly revision: number;
  /** Set when a range or a part was asked for and can be given: a 206. Only a part may be empty. */
  readonly range?: ByteRange;
}

export interface FoundBody {
  readonly body: OutgoingBody;
  /** Shards that had to be rebuilt from others when the read began. */
  readonly degradedShards: number;
}

export type ReadRefusal =
  | { readonly kind: 'not-modified'; readonly record: ObjectRecord }
  | { readonly kind: 'precondition-failed' }
  | { readonly kind: 'invalid-range'; readonly sizeBytes: number }
  | { readonly kind: 'no-such-part' }
  | KeyRefusal
  | NotFound;

export type HeadOutcome = FoundObject | ReadRefusal;
export type GetOutcome = (FoundObject & FoundBody) | ReadRefusal;

export interface RemoveRequest extends VersionLocator {
  readonly conditions: Conditions;
  /** Where a lifecycle rule removes it, and no client. */
  readonly expiry?: Expiry;
  /** Lifts a retention of mode GOVERNANCE. */
  readonly bypassGovernance?: boolean;
  readonly requestId: string;
}

/** What a lifecycle rule was found to end: when it is another one by now, the removal is a `conflict` and nothing happens. */
export interface Expiry {
  readonly revision: number;
  /** A delete marker that goes only while there is nothing behind it. */
  readonly isLone?: true;
}

export type RemoveOutcome =
  | {
      readonly kind: 'removed' | 'absent';
      /** The version that was named, or the delete marker that was made; absent in a bucket without versions. */
      readonly versionId?: string;
      /** A delete marker was made, or what was named is one. */
      readonly deleteMarker?: true;
    }
  /** `no-such-key`: what a condition is about is not there. `locked`: the version that was named is under retention or a legal hold. */
  | { readonly kind: 'precondition-failed' | 'no-such-key' | 'no-such-bucket' | 'conflict' | 'locked' };

export interface ReviseRequest extends VersionLocator {
  /**
   * Makes the next properties from the present ones; undefined: they do not allow it. Called anew after a lost race, so it must
   * depend on nothing else but the time.
   */
  readonly change: (properties: ObjectProperties) => ObjectProperties | undefined;
  readonly requestId: string;
}

export type ReviseOutcome =
  | { readonly kind: 'revised'; readonly record: ObjectRecord }
  /** `change` would not have it. */
  | { readonly kind: 'refused' }
  | NotFound
  /** Others kept changing the object. */
  | { readonly kind: 'conflict' };

export interface ListRequest {
  readonly bucket: BucketRecord;
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly limit: number;
}

export type ListOutcome =
  { readonly kind: 'page'; readonly page: ListPage } | { readonly kind: 'no-such-bucket' };

export interface ListVersionsRequest extends Omit<VersionQuery, 'bucketId'> {
  readonly bucket: BucketRecord;
}

export type ListVersionsOutcome =
  { readonly kind: 'page'; readonly page: VersionPage } | { readonly kind: 'no-such-bucket' };

export interface ObjectStore {
  /** Stores a body under a key; durable and visible everywhere once it resolves with `stored`. */
  put(request: PutRequest, body: IncomingBody, signal: AbortSignal): Promise<PutOutcome>;
  /** Resolves once the shards are open; the caller must read the body to its end or `return()` its iterator. */
  get(request: GetRequest): Promise<GetOutcome>;
  head(request: GetRequest): Promise<HeadOutcome>;
  remove(request: RemoveRequest): Promise<RemoveOutcome>;
  /** Changes what a version has beside its bytes; those, its ETag and its time stay. */
  revise(request: ReviseRequest): Promise<ReviseOutcome>;
  list(request: ListRequest): Promise<ListOutcome>;
  listVersions(request: ListVersionsRequest): Promise<ListVersionsOutcome>;
}
