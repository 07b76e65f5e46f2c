// What metadata keeps: one record per bucket and one per object key, JSON with a version, small enough to read by eye
// in `nats kv get`. A published version never changes meaning; new fields need a new version or a safe default.

import type { DigestAlgorithm } from '../core/body.ts';
import type { NodeId, WriteId } from '../core/ids.ts';
import type { AclRecord } from './acl-record.ts';
import type { BucketSettings } from './bucket-settings.ts';

export type { AclRecord } from './acl-record.ts';

/** A bucket. `id` distinguishes a bucket from an earlier one of the same name. */
export interface BucketRecord {
  readonly v: 1;
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** ISO 8601 with milliseconds. */
  readonly created: string;
  /** `deleting` refuses new commits while emptiness is being proven. */
  readonly state: 'active' | 'deleting';
  readonly public: boolean;
  /** Declared in the configuration: cannot be deleted through the API, not listed to tenants. */
  readonly declared: boolean;
  /** Absent: never versioned, and every object is its own version `null`. Once set it is never absent again. */
  readonly versioning?: 'Enabled' | 'Suspended';
  /** What was configured; absent: nothing. Changed by `BucketStore.revise` alone. */
  readonly settings?: BucketSettings;
}

/** What is kept of a key that a client brings with every request (SSE-C): nothing from which it could be found. */
export interface CustomerKeyRecord {
  readonly algorithm: 'AES256';
  /** Base64: what keys are derived from, beside the client's. */
  readonly salt: string;
  /** Base64: derived from both; tells the key from others. */
  readonly check: string;
}

/** Until when a version cannot be deleted. Over at `until`, and kept then, as S3 shows it. */
export interface RetentionRecord {
  /** `GOVERNANCE` may be lifted by those with the permission to; `COMPLIANCE` by nobody. */
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** ISO 8601 with milliseconds. */
  readonly until: string;
}

/** What an object has beside its bytes, headers and metadata. An upload carries it to the object that it becomes. */
export interface ObjectProperties {
  readonly tags?: Readonly<Record<string, string>>;
  /** Absent: private to the account of the bucket. */
  readonly acl?: AclRecord;
  /** Absent: the bytes are encrypted with the keys of the store alone. */
  readonly customerKey?: CustomerKeyRecord;
  /** As AWS names it; echoed, nothing else depends on it. Absent: `STANDARD`. */
  readonly storageClass?: string;
  /** Where a website sends those who ask for the object. */
  readonly websiteRedirect?: string;
  /** Only in buckets with object lock. Absent: none was ever set, or it was taken away. */
  readonly retention?: RetentionRecord;
  /** `ON` forbids to delete the version, whatever its retention. Absent: there never was a legal hold. */
  readonly legalHold?: 'ON' | 'OFF';
}

/** Where the shards of one write lie. Readers use this, never the ring. */
export interface BlobRecord {
  readonly write: WriteId;
  readonly size: number;
  readonly k: number;
  readonly m: number;
  /** Bytes of a full cell. */
  readonly cell: number;
  readonly epoch: number;
  /** Node of shard 0 … K+M-1. */
  readonly nodes: readonly NodeId[];
  /** Shard indices that were not durable at commit: owed to the repair journal. Absent when none. */
  readonly missing?: readonly number[];
}

export interface ObjectRecord extends ObjectProperties {
  readonly v: 1;
  /** Time-ordered id of this version: given in every bucket that was ever versioned. Absent: version `null`, older than all. */
  readonly versionId?: string;
  /** Clients know this version as `null`: it was written while versioning was suspended. */
  readonly nullVersion?: true;
  /** The object was deleted here; the record has no bytes. */
  readonly deleteMarker?: true;
  readonly size: number;
  /** Without quotes: hex MD5, or `md5-of-md5s-N`. */
  readonly etag: string;
  /** When the record was written, by the writer's clock: ISO 8601 with milliseconds. */
  readonly modified: string;
  /** Lower-case names: content-type, cache-control, content-disposition, content-encoding, content-language, expires. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without the `x-amz-meta-` prefix, lower-case names. */
  readonly meta: Readonly<Record<string, string>>;
  /** Base64 of the digests the client announced, beside MD5. */
  readonly checksums?: Readonly<Partial<Record<DigestAlgorithm, string>>>;
  /** The blobs whose concatenation is the body: none for an empty object, one for a plain PUT, one per part otherwise. */
  readonly blobs: readonly BlobRecord[];
  /** The upload this object was completed from: a repeated completion is recognised by it. */
  readonly upload?: string;
  /** Parts of a completed upload in order; part i is blob i where it is not empty. Absent for a plain PUT. */
  readonly parts?: readonly PartSummary[];
  /** Id of the request that wrote the record: recognises our own commit after an ambiguous timeout. */
  readonly request: string;
}

/** A member of the cluster, as it introduced itself. `peerId` is the fingerprint of its key and never changes. */
export interface NodeRecord {
  readonly v: 1;
  readonly id: NodeId;
  readonly host: string;
  readonly port: number;
  readonly peerId: string;
  /** ISO 8601 with milliseconds. */
  readonly startedAt: string;
}

/** How far the counters of a node's data directory had gone when it last said so. */
export interface StoreWitnessRecord {
  readonly v: 1;
  /** Identity of the data directory, 32 hex digits. */
  readonly storeId: string;
  readonly node: NodeId;
  readonly sequence: number;
  readonly fragmentHighWater: number;
  /** Drawn at every start of a process. */
  readonly process: string;
}

/** Who carries out the lifecycle rules of all buckets, and how far it has come. One record of the cluster. */
export interface LifecycleRecord {
  readonly v: 1;
  /** Names the process that wrote it last. */
  readonly holder: string;
  /** Of the last pass that ended; absent: none has. */
  readonly ended?: LifecyclePassEnd;
  /** Under way; absent: nobody is at it. */
  readonly pass?: LifecyclePass;
}

export interface LifecyclePassEnd {
  /** UTC day of its start, counted from 1970: rules become due with days. */
  readonly day: number;
  /** Revision of the newest bucket record it knew of: rules of later ones were not looked at. */
  readonly newest: number;
  /** ISO 8601 with milliseconds. */
  readonly at: string;
}

export interface LifecyclePass {
  readonly day: number;
  readonly newest: number;
  /** Only buckets whose records are newer than this revision; 0: all. */
  readonly since: number;
  /** ISO 8601 with milliseconds. */
  readonly started: string;
  /** What is done with; absent: nothing. */
  readonly reached?: LifecyclePosition;
}

/** Buckets in the order of their names, of each the versions and then the uploads, in the order of their keys. */
export interface LifecyclePosition {
  readonly bucket: string;
  readonly bucketId: string;
  readonly table: 'versions' | 'uploads';
  /** Every key up to this one, inclusive; empty: none yet. */
  readonly after: string;
}

/**
 * Which nodes take new shards. Absent until the first change of membership: then the configuration says it. Once it is there it
 * wins over the configuration, on every node at once.
 */
export interface RingRecord {
  readonly v: 1;
  /** Counts changes; written into every blob record. */
  readonly epoch: number;
  /** In the order of their ids, each once. */
  readonly nodes: readonly RingMember[];
  /** ISO 8601 with milliseconds. */
  readonly changed: string;
}

export interface RingMember {
  readonly id: NodeId;
  readonly weight: number;
  readonly domain?: string;
  /** `draining` takes no new shards, and the others take over what it has. */
  readonly state: 'active' | 'draining';
  /** Epoch in which the node joined: shards written before may move to it. */
  readonly since: number;
}

/** What a completed object remembers of a part, for reads by part number and GetObjectAttributes. */
export interface PartSummary {
  readonly number: number;
  readonly size: number;
  /** Base64, in the algorithm of the object's checksum, where the upload had one. */
  readonly checksum?: string;
}

/** A multipart upload that is neither completed nor aborted. */
export interface UploadRecord extends ObjectProperties {
  readonly v: 1;
  /** Time-ordered and unique: 32 lower-case hex digits. */
  readonly id: string;
  readonly key: string;
  /** ISO 8601 with milliseconds. */
  readonly initiated: string;
  /** As in ObjectRecord; become the object's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly account: string;
  readonly checksum?: { readonly algorithm: DigestAlgorithm; readonly type: 'COMPOSITE' | 'FULL_OBJECT' };
  readonly request: string;
}

/** One uploaded part. */
export interface PartRecord {
  readonly v: 1;
  readonly number: number;
  readonly size: number;
  /** Without quotes: hex MD5. */
  readonly etag: string;
  readonly modified: string;
  readonly checksums?: Readonly<Partial<Record<DigestAlgorithm, string>>>;
  /** One blob, or none when the part is empty. */
  readonly blobs: readonly BlobRecord[];
  readonly request: string;
}
