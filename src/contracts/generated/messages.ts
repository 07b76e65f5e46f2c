// Generated from schemas/ and subjects/ by scripts/generate-contracts.ts. Do not edit.

/**
 * Reply on `s3.abortmultipartupload`.
 */
export interface AbortMultipartUploadReply {}

/**
 * Request on `s3.abortmultipartupload`: ends an upload and forgets its parts.
 */
export interface AbortMultipartUploadRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * Abort only what was begun at this time: RFC 3339 or RFC 9110, compared to the second; one that is yet to come is ignored.
   */
  IfMatchInitiatedTime?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Header `S3-Accept` of a request on `s3.*`, as JSON: what the caller understands of replies.
 */
export interface AcceptHeader {
  /**
   * Version of the envelope.
   */
  v: number;
  /**
   * Raw bodies and body streams.
   */
  stream?: boolean;
  /**
   * A sign of life is wanted every so many milliseconds.
   */
  alive?: number;
  /**
   * Id of the caller's process, for a gateway in the node's own process only.
   */
  local?: string;
  /**
   * The caller can use a QUIC ticket and proves this identity there: its ed25519 public key, in hex.
   */
  quic?: string;
}

/**
 * Reply on `s3.admin.maintenance`: what this node does for its shards. Counts are since the start of the process unless they say otherwise.
 */
export interface AdminMaintenanceReply {
  /**
   * This node.
   */
  node_id: string;
  /**
   * Rebuilding of shards.
   */
  repair: {
    /**
     * A sweep is under way.
     */
    running: boolean;
    /**
     * Shards rebuilt.
     */
    rebuilt_shards: number;
    /**
     * Bytes of them.
     */
    rebuilt_bytes: number;
    /**
     * Tries that failed; they are made again.
     */
    failures: number;
    /**
     * Entries of the repair journal that are done with.
     */
    journal_paid: number;
    /**
     * Times that an entry was given back for later.
     */
    journal_postponed: number;
    /**
     * Blobs looked at by the sweep under way, or the last one.
     */
    sweep_blobs: number;
    /**
     * Shards it found absent from this disk.
     */
    sweep_lost: number;
    /**
     * Shards it found recorded as missing.
     */
    sweep_owed: number;
    /**
     * Shards it could not rebuild yet.
     */
    sweep_failed: number;
    /**
     * When the last sweep ended. ISO 8601; empty: never.
     */
    sweep_completed: string;
    /**
     * Blobs that a sweep looks at, about.
     */
    sweep_total?: number;
    /**
     * Shards that this sweep took over from other nodes, or is about to.
     */
    sweep_moving?: number;
    /**
     * Time to the end of the sweep at its pace so far; 0: it is over.
     */
    eta_seconds?: number;
    /**
     * Shards taken over from other nodes.
     */
    moved_shards?: number;
    /**
     * Bytes of them.
     */
    moved_bytes?: number;
  };
  /**
   * Reading of every shard.
   */
  scrub: {
    /**
     * A pass is under way.
     */
    running: boolean;
    /**
     * Shards read in this pass, or the last one.
     */
    shards: number;
    /**
     * Shards of this node.
     */
    shards_in_store: number;
    /**
     * Of those read, how many were damaged.
     */
    damaged: number;
    /**
     * The pace.
     */
    bytes_per_second: number;
    /**
     * When the pass began. ISO 8601; empty: never.
     */
    started: string;
    /**
     * When the last pass ended. ISO 8601; empty: never.
     */
    completed: string;
  };
  /**
   * Shards that no record names.
   */
  orphans: {
    /**
     * A search is under way.
     */
    running: boolean;
    /**
     * Shards looked at by the search under way, or the last one.
     */
    shards: number;
    /**
     * Shards that no record named when last looked at, in their grace.
     */
    suspects: number;
    /**
     * Shards deleted.
     */
    collected: number;
    /**
     * Why nothing is collected; empty: it is.
     */
    held: string;
    /**
     * When the last search ended. ISO 8601; empty: never.
     */
    completed: string;
  };
  /**
   * Carrying out lifecycle rules, which one node at a time does for all buckets.
   */
  lifecycle?: {
    /**
     * This node is at it.
     */
    running: boolean;
    /**
     * Versions and uploads that this node looked at.
     */
    examined: number;
    /**
     * Objects that it removed.
     */
    expired: number;
    /**
     * Delete markers that it put over expired objects.
     */
    marked: number;
    /**
     * Noncurrent versions that it removed for good.
     */
    noncurrent: number;
    /**
     * Delete markers with nothing behind them that it removed.
     */
    markers: number;
    /**
     * Uploads that it aborted.
     */
    uploads: number;
    /**
     * What was due and changed, or was locked, before it could be ended; it is judged anew by the next pass.
     */
    passed_over: number;
    /**
     * Node that is at it, or was last, as far as this one knows; empty: none.
     */
    holder: string;
    /**
     * Why nothing is ended; empty: it is.
     */
    held: string;
    /**
     * When the last pass over all buckets ended, on whichever node. ISO 8601; empty: never.
     */
    completed: string;
  };
  /**
   * Copies of all metadata that this node keeps beside its view.
   */
  copies?: {
    /**
     * One is being made.
     */
    running: boolean;
    /**
     * Copies there are.
     */
    kept: number;
    /**
     * When the newest was made. ISO 8601; empty: there is none.
     */
    newest: string;
    /**
     * The last change of the metadata that is in the newest.
     */
    applied: number;
    /**
     * Records in the newest.
     */
    records: number;
    /**
     * Tries that made none, since the node was started.
     */
    failures: number;
    /**
     * Why the last try made none; empty: it made one.
     */
    held: string;
  };
}

/**
 * Request on `s3.admin.maintenance`: says how repair, scrubbing, the search for orphans, lifecycle rules and copies of the metadata are doing, and may have one of them run now.
 */
export interface AdminMaintenanceRequest {
  /**
   * Has this task run now; absent: only tells.
   */
  start?: 'repair' | 'scrub' | 'orphans' | 'lifecycle' | 'copies';
  /**
   * With `start` = `orphans`: what is held back may go, an operator has looked at it. Default false.
   */
  accept?: boolean;
}

/**
 * Reply on `s3.admin.membership`.
 */
export interface AdminMembershipReply {
  /**
   * Epoch of the ring in force.
   */
  epoch: number;
  /**
   * Where the ring comes from: the metadata wins once it has one.
   */
  source: 'configuration' | 'metadata';
  /**
   * When it was last changed. ISO 8601; empty: never.
   */
  changed: string;
  /**
   * In the order of their ids.
   *
   * @maxItems 65535
   */
  nodes: {
    /**
     * Its id.
     */
    node: number;
    /**
     * `outside`: a member that takes no shards.
     */
    state: 'active' | 'draining' | 'outside';
    /**
     * Share of the data relative to the others.
     */
    weight: number;
    /**
     * What fails together with it; empty: it fails alone.
     */
    domain: string;
    /**
     * Epoch in which it joined.
     */
    since: number;
    /**
     * Where its shards are served; empty: it has not introduced itself.
     */
    address: string;
    /**
     * Blobs that have a shard on it; only when it was asked to count.
     */
    shards?: number;
  }[];
}

/**
 * Request on `s3.admin.membership`: says which nodes take shards, or changes that. Ask one node for a change: `s3.admin.<id>.membership`.
 */
export interface AdminMembershipRequest {
  /**
   * `add`: a node that has introduced itself takes shards (also: ends its draining). `drain`: it takes no new ones and the others take over what it has. `remove`: it leaves the ring. `accept`: its id may come back with another key. Absent: only tells.
   */
  action?: 'add' | 'drain' | 'remove' | 'accept';
  /**
   * The node it is about.
   */
  node?: number;
  /**
   * With `add`: share of the data relative to the others. Default 1.
   */
  weight?: number;
  /**
   * With `add`: what fails together with it.
   */
  domain?: string;
  /**
   * With `remove`: although records name it, because it is gone for good. Its shards are rebuilt elsewhere. Default false.
   */
  force?: boolean;
  /**
   * Counts the shards of every node; takes a look at every record. Default false.
   */
  count?: boolean;
}

/**
 * Reply on `s3.admin.status`.
 */
export interface AdminStatusReply {
  /**
   * This node.
   */
  node_id: string;
  /**
   * `Leader` or `Follower` of the metadata stream, `Fenced` when it is read-only, `Unavailable` without a leader.
   */
  state: string;
  /**
   * Name of the server that leads the metadata stream; empty when there is none.
   */
  leader: string;
  /**
   * Its address where known, else empty.
   */
  leader_addr: string;
  /**
   * Decimal; 0 where the metadata plane does not tell.
   */
  term: string;
  /**
   * Last sequence of the metadata stream, decimal.
   */
  commit_index: string;
  /**
   * Sequence up to which this node's view is complete, decimal.
   */
  applied_index: string;
  /**
   * This node's own server leads the metadata stream.
   */
  is_leader: boolean;
  /**
   * Objects in the view of this node.
   */
  objects?: number;
  /**
   * Buckets in the view of this node.
   */
  buckets?: number;
  /**
   * Version of the software.
   */
  version?: string;
}

/**
 * Request on `s3.admin.status`: says how a node is; the field names are the status contract of Spinifex.
 */
export interface AdminStatusRequest {}

/**
 * Header `S3-Body` of a reply of `s3.*`, as JSON: how the body comes.
 */
export interface BodyHeader {
  /**
   * Version of the envelope.
   */
  v: number;
  /**
   * `inline`: the payload is the body and the result is in `S3-Result`. `stream`: fetch it. `local`: inside one process.
   */
  kind: 'inline' | 'stream' | 'local';
  /**
   * Bytes of the body.
   */
  length: number;
  /**
   * `stream`: base subject of the node.
   */
  ack?: string;
  /**
   * `stream`: most bytes of one chunk.
   */
  chunk?: number;
  /**
   * `stream`: most chunks without an acknowledgement.
   */
  window?: number;
  /**
   * `local`: the offer.
   */
  token?: string;
  /**
   * `stream`, for callers that named `quic`: the body may be fetched there instead.
   */
  quic?: {
    /**
     * `host:port` (UDP) of the node.
     */
    address: string;
    /**
     * Who answers there: its ed25519 public key, in hex.
     */
    peer: string;
    /**
     * 32 bytes in base64url, good once, for 30 s.
     */
    ticket: string;
  };
}

/**
 * Reply on `s3.completemultipartupload`.
 */
export interface CompleteMultipartUploadReply {
  /**
   * Path of the object, `/bucket/key`, percent-encoded.
   */
  Location: string;
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Entity tag, quoted.
   */
  ETag: string;
  /**
   * Of the object: CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Of the object: CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Of the object: CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Of the object: SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Of the object: SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Of the object: SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Of the object: MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Of the object: XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Of the object: XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Of the object: XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * How the checksum was made.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
  /**
   * When a lifecycle rule ends the object, and which one, as in AWS's `x-amz-expiration`: `expiry-date="<HTTP date>", rule-id="<encoded id>"`. Absent: none does.
   */
  Expiration?: string;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
}

/**
 * Request on `s3.completemultipartupload`: makes the parts of an upload one object. No byte is moved; repeating a completion that happened answers the same.
 */
export interface CompleteMultipartUploadRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * The parts in ascending order. Without any: all that were uploaded.
   */
  MultipartUpload?: {
    /**
     * Parts of the object.
     *
     * @maxItems 10000
     */
    Parts?: {
      /**
       * 1 to 10000, else InvalidArgument.
       */
      PartNumber: number;
      /**
       * Entity tag of the part, quoted or bare.
       */
      ETag: string;
      /**
       * Of the part: CRC32, base64.
       */
      ChecksumCRC32?: string;
      /**
       * Of the part: CRC32C, base64.
       */
      ChecksumCRC32C?: string;
      /**
       * Of the part: CRC64NVME, base64.
       */
      ChecksumCRC64NVME?: string;
      /**
       * Of the part: SHA1, base64.
       */
      ChecksumSHA1?: string;
      /**
       * Of the part: SHA256, base64.
       */
      ChecksumSHA256?: string;
      /**
       * Of the part: SHA512, base64.
       */
      ChecksumSHA512?: string;
      /**
       * Of the part: MD5, base64.
       */
      ChecksumMD5?: string;
      /**
       * Of the part: XXHASH64, base64.
       */
      ChecksumXXHASH64?: string;
      /**
       * Of the part: XXHASH3, base64.
       */
      ChecksumXXHASH3?: string;
      /**
       * Of the part: XXHASH128, base64.
       */
      ChecksumXXHASH128?: string;
    }[];
  };
  /**
   * Expected of the object: CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Expected of the object: CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Expected of the object: CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Expected of the object: SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Expected of the object: SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Expected of the object: SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Expected of the object: MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Expected of the object: XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Expected of the object: XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Expected of the object: XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * How the expected checksum was made; must be that of the upload.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * Expected size of the object.
   */
  MpuObjectSize?: number;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfMatch?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfNoneMatch?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Reply on `s3.copyobject`.
 */
export interface CopyObjectReply {
  /**
   * The new object.
   */
  CopyObjectResult: {
    /**
     * Entity tag, quoted.
     */
    ETag: string;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Of the object: CRC32, base64.
     */
    ChecksumCRC32?: string;
    /**
     * Of the object: CRC32C, base64.
     */
    ChecksumCRC32C?: string;
    /**
     * Of the object: CRC64NVME, base64.
     */
    ChecksumCRC64NVME?: string;
    /**
     * Of the object: SHA1, base64.
     */
    ChecksumSHA1?: string;
    /**
     * Of the object: SHA256, base64.
     */
    ChecksumSHA256?: string;
    /**
     * Of the object: SHA512, base64.
     */
    ChecksumSHA512?: string;
    /**
     * Of the object: MD5, base64.
     */
    ChecksumMD5?: string;
    /**
     * Of the object: XXHASH64, base64.
     */
    ChecksumXXHASH64?: string;
    /**
     * Of the object: XXHASH3, base64.
     */
    ChecksumXXHASH3?: string;
    /**
     * Of the object: XXHASH128, base64.
     */
    ChecksumXXHASH128?: string;
    /**
     * How the checksum was made.
     */
    ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  };
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
  /**
   * The version that was copied; absent when the bucket of the source was never versioned.
   */
  CopySourceVersionId?: string;
  /**
   * When a lifecycle rule ends the object, and which one, as in AWS's `x-amz-expiration`: `expiry-date="<HTTP date>", rule-id="<encoded id>"`. Absent: none does.
   */
  Expiration?: string;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Request on `s3.copyobject`: makes an object of the bytes of another one. No byte is moved.
 */
export interface CopyObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * `bucket/key` or `/bucket/key`, percent-encoded; `?versionId=null` is allowed.
   */
  CopySource: string;
  /**
   * Of the source: One entity tag, a list of them, or `*`; quoted or bare.
   */
  CopySourceIfMatch?: string;
  /**
   * Of the source: One entity tag, a list of them, or `*`; quoted or bare.
   */
  CopySourceIfNoneMatch?: string;
  /**
   * Of the source: HTTP date or ISO 8601.
   */
  CopySourceIfModifiedSince?: string;
  /**
   * Of the source: HTTP date or ISO 8601.
   */
  CopySourceIfUnmodifiedSince?: string;
  /**
   * COPY (the default) takes content headers and metadata of the source, REPLACE those of this request.
   */
  MetadataDirective?: 'COPY' | 'REPLACE';
  /**
   * Media type.
   */
  ContentType?: string;
  /**
   * Kept and given back on reads.
   */
  CacheControl?: string;
  /**
   * Kept and given back on reads.
   */
  ContentDisposition?: string;
  /**
   * Kept and given back on reads; without `aws-chunked`, which is framing.
   */
  ContentEncoding?: string;
  /**
   * Kept and given back on reads.
   */
  ContentLanguage?: string;
  /**
   * Kept and given back on reads.
   */
  Expires?: string;
  /**
   * User metadata, names without `x-amz-meta-`; at most 2 KiB in all.
   */
  Metadata?: {
    [k: string]: string;
  };
  /**
   * A checksum that the copy shall have, computed when the source has another one.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfMatch?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfNoneMatch?: string;
  /**
   * COPY (default) takes the tags of the source, REPLACE those of Tagging.
   */
  TaggingDirective?: 'COPY' | 'REPLACE';
  /**
   * Tags as a query string: `name=value&name=value`, percent-encoded. At most ten.
   */
  Tagging?: string;
  /**
   * Account that must own the bucket of the source, else AccessDenied.
   */
  ExpectedSourceBucketOwner?: string;
  /**
   * Canned list: private, public-read, public-read-write, authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control.
   */
  ACL?: string;
  /**
   * Grantees of FULL_CONTROL: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantFullControl?: string;
  /**
   * Grantees of READ: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantRead?: string;
  /**
   * Grantees of READ_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantReadACP?: string;
  /**
   * Grantees of WRITE: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWrite?: string;
  /**
   * Grantees of WRITE_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWriteACP?: string;
  /**
   * Retention of the new version: GOVERNANCE or COMPLIANCE, beside ObjectLockRetainUntilDate. In buckets with object lock only.
   */
  ObjectLockMode?: string;
  /**
   * Until when the new version cannot be deleted: ISO 8601, in the future.
   */
  ObjectLockRetainUntilDate?: string;
  /**
   * `ON` places a legal hold on the new version; `OFF` does not.
   */
  ObjectLockLegalHoldStatus?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`, which is what happens anyway.
   */
  ServerSideEncryption?: string;
  /**
   * Refused: there is no key management service.
   */
  SSEKMSKeyId?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
  /**
   * `AES256`: the source has a key that the client brings the key (SSE-C).
   */
  CopySourceSSECustomerAlgorithm?: string;
  /**
   * The key of the source: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  CopySourceSSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  CopySourceSSECustomerKeyMD5?: string;
  /**
   * Kept by name, nothing else depends on it: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, REDUCED_REDUNDANCY or GLACIER_IR; others are InvalidStorageClass.
   */
  StorageClass?: string;
  /**
   * Where a website sends those who ask for the object: begins with `/`, `http://` or `https://`.
   */
  WebsiteRedirectLocation?: string;
}

/**
 * Reply on `s3.createbucket`.
 */
export interface CreateBucketReply {
  /**
   * `/` and the name.
   */
  Location: string;
  /**
   * Amazon resource name of the bucket.
   */
  BucketArn?: string;
}

/**
 * Request on `s3.createbucket`: creates a bucket for the calling account.
 */
export interface CreateBucketRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Where to create it.
   */
  CreateBucketConfiguration?: {
    /**
     * Region; must be the one of this store.
     */
    LocationConstraint?: string;
    /**
     * Tags of the bucket from its creation on, as PutBucketTagging takes them.
     *
     * @maxItems 1000
     */
    Tags?: {
      /**
       * Name of the tag.
       */
      Key: string;
      /**
       * Value of the tag.
       */
      Value: string;
    }[];
  };
  /**
   * Canned list: private, public-read, public-read-write, authenticated-read, aws-exec-read, log-delivery-write.
   */
  ACL?: string;
  /**
   * Grantees of FULL_CONTROL: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantFullControl?: string;
  /**
   * Grantees of READ: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantRead?: string;
  /**
   * Grantees of READ_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantReadACP?: string;
  /**
   * Grantees of WRITE: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWrite?: string;
  /**
   * Grantees of WRITE_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWriteACP?: string;
  /**
   * Who owns new objects, and whether access control lists count (they do not with BucketOwnerEnforced).
   */
  ObjectOwnership?: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
  /**
   * Object lock from the start, and with it versioning that cannot be suspended.
   */
  ObjectLockEnabledForBucket?: boolean;
}

/**
 * Reply on `s3.createmultipartupload`.
 */
export interface CreateMultipartUploadReply {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * Echo.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * How the checksum of the object will be made.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * When a lifecycle rule aborts the upload. ISO 8601; absent: none does.
   */
  AbortDate?: string;
  /**
   * Which rule that is.
   */
  AbortRuleId?: string;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Request on `s3.createmultipartupload`: begins an upload in parts. Parts go by UploadPart, the object comes to be with CompleteMultipartUpload.
 */
export interface CreateMultipartUploadRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Media type.
   */
  ContentType?: string;
  /**
   * Kept and given back on reads.
   */
  CacheControl?: string;
  /**
   * Kept and given back on reads.
   */
  ContentDisposition?: string;
  /**
   * Kept and given back on reads; without `aws-chunked`, which is framing.
   */
  ContentEncoding?: string;
  /**
   * Kept and given back on reads.
   */
  ContentLanguage?: string;
  /**
   * Kept and given back on reads.
   */
  Expires?: string;
  /**
   * User metadata, names without `x-amz-meta-`; at most 2 KiB in all.
   */
  Metadata?: {
    [k: string]: string;
  };
  /**
   * The checksum of the parts and of the object. Without it the object has the one that its completion claims, if any.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * How the checksum of the object is made. CRC64NVME is always of the full object, SHA1 and SHA256 are always composite.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * Canned list: private, public-read, public-read-write, authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control.
   */
  ACL?: string;
  /**
   * Grantees of FULL_CONTROL: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantFullControl?: string;
  /**
   * Grantees of READ: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantRead?: string;
  /**
   * Grantees of READ_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantReadACP?: string;
  /**
   * Grantees of WRITE: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWrite?: string;
  /**
   * Grantees of WRITE_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWriteACP?: string;
  /**
   * Tags as a query string: `name=value&name=value`, percent-encoded. At most ten.
   */
  Tagging?: string;
  /**
   * Retention of the new version: GOVERNANCE or COMPLIANCE, beside ObjectLockRetainUntilDate. In buckets with object lock only.
   */
  ObjectLockMode?: string;
  /**
   * Until when the new version cannot be deleted: ISO 8601, in the future.
   */
  ObjectLockRetainUntilDate?: string;
  /**
   * `ON` places a legal hold on the new version; `OFF` does not.
   */
  ObjectLockLegalHoldStatus?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`, which is what happens anyway.
   */
  ServerSideEncryption?: string;
  /**
   * Refused: there is no key management service.
   */
  SSEKMSKeyId?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
  /**
   * Kept by name, nothing else depends on it: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, REDUCED_REDUNDANCY or GLACIER_IR; others are InvalidStorageClass.
   */
  StorageClass?: string;
  /**
   * Where a website sends those who ask for the object: begins with `/`, `http://` or `https://`.
   */
  WebsiteRedirectLocation?: string;
}

/**
 * Reply on `s3.deletebucketcors`.
 */
export interface DeleteBucketCorsReply {}

/**
 * Request on `s3.deletebucketcors`: deletes the CORS configuration of a bucket; deleting what is not there succeeds.
 */
export interface DeleteBucketCorsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebucketencryption`.
 */
export interface DeleteBucketEncryptionReply {}

/**
 * Request on `s3.deletebucketencryption`: deletes the default encryption of a bucket; deleting what is not there succeeds.
 */
export interface DeleteBucketEncryptionRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebucketlifecycle`.
 */
export interface DeleteBucketLifecycleReply {}

/**
 * Request on `s3.deletebucketlifecycle`: deletes the lifecycle rules of a bucket; deleting what is not there succeeds.
 */
export interface DeleteBucketLifecycleRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebucketownershipcontrols`.
 */
export interface DeleteBucketOwnershipControlsReply {}

/**
 * Request on `s3.deletebucketownershipcontrols`: takes the ownership controls of a bucket away.
 */
export interface DeleteBucketOwnershipControlsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebucketpolicy`.
 */
export interface DeleteBucketPolicyReply {}

/**
 * Request on `s3.deletebucketpolicy`: takes the policy of a bucket away.
 */
export interface DeleteBucketPolicyRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebuckettagging`.
 */
export interface DeleteBucketTaggingReply {}

/**
 * Request on `s3.deletebuckettagging`: deletes the tags of a bucket; deleting what is not there succeeds.
 */
export interface DeleteBucketTaggingRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebucketwebsite`.
 */
export interface DeleteBucketWebsiteReply {}

/**
 * Request on `s3.deletebucketwebsite`: deletes the website configuration of a bucket; deleting what is not there succeeds.
 */
export interface DeleteBucketWebsiteRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletebucket`.
 */
export interface DeleteBucketReply {}

/**
 * Request on `s3.deletebucket`: deletes an empty bucket.
 */
export interface DeleteBucketRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deleteobjecttagging`.
 */
export interface DeleteObjectTaggingReply {
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
}

/**
 * Request on `s3.deleteobjecttagging`.
 */
export interface DeleteObjectTaggingRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deleteobject`.
 */
export interface DeleteObjectReply {
  /**
   * A delete marker was made, or the deleted version was one.
   */
  DeleteMarker?: boolean;
  /**
   * The version that was deleted, or that of the marker; absent in a bucket that was never versioned.
   */
  VersionId?: string;
}

/**
 * Request on `s3.deleteobject`: deletes an object; deleting what is not there succeeds.
 */
export interface DeleteObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfMatch?: string;
  /**
   * The version to delete for good; absent: the current one, of which a versioned bucket keeps the record.
   */
  VersionId?: string;
  /**
   * Delete only what was last modified at this time: RFC 3339 or RFC 9110, compared to the second.
   */
  IfMatchLastModifiedTime?: string;
  /**
   * Delete only what has this many bytes.
   */
  IfMatchSize?: number;
  /**
   * Lifts a GOVERNANCE retention, for callers with s3:BypassGovernanceRetention; without effect for others.
   */
  BypassGovernanceRetention?: boolean;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deleteobjects`.
 */
export interface DeleteObjectsReply {
  /**
   * What is gone; absent when Quiet.
   *
   * @maxItems 1000
   */
  Deleted?: {
    /**
     * Key.
     */
    Key: string;
    /**
     * The version that was asked for.
     */
    VersionId?: string;
    /**
     * A delete marker was made, or the deleted version was one.
     */
    DeleteMarker?: boolean;
    /**
     * The version of that marker.
     */
    DeleteMarkerVersionId?: string;
  }[];
  /**
   * What is not.
   *
   * @maxItems 1000
   */
  Errors?: {
    /**
     * Key.
     */
    Key: string;
    /**
     * S3 error code.
     */
    Code: string;
    /**
     * In words.
     */
    Message: string;
    /**
     * The version that was asked for.
     */
    VersionId?: string;
  }[];
}

/**
 * Request on `s3.deleteobjects`: deletes up to 1000 objects, each with its own outcome.
 */
export interface DeleteObjectsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The document of the HTTP request.
   */
  Delete: {
    /**
     * What to delete.
     *
     * @minItems 1
     * @maxItems 1000
     */
    Objects: {
      /**
       * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
       */
      Key: string;
      /**
       * Deletes only this one; as IfMatch of DeleteObject.
       */
      ETag?: string;
      /**
       * The version to delete for good.
       */
      VersionId?: string;
      /**
       * Delete only what was last modified at this time.
       */
      LastModifiedTime?: string;
      /**
       * Delete only what has this many bytes.
       */
      Size?: number;
    }[];
    /**
     * Report failures only.
     */
    Quiet?: boolean;
  };
  /**
   * Lifts a GOVERNANCE retention, for callers with s3:BypassGovernanceRetention; without effect for others.
   */
  BypassGovernanceRetention?: boolean;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.deletepublicaccessblock`.
 */
export interface DeletePublicAccessBlockReply {}

/**
 * Request on `s3.deletepublicaccessblock`: takes the public-access block of a bucket away.
 */
export interface DeletePublicAccessBlockRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Header `S3-Error-Detail` of an error on `s3.*`, as JSON: what the XML error document and the HTTP response have beside code and message.
 */
export interface ErrorDetailHeader {
  /**
   * Elements of the XML error document.
   */
  fields?: {
    /**
     * Text.
     */
    [k: string]: string;
  };
  /**
   * HTTP headers, such as Retry-After.
   */
  headers?: {
    /**
     * Text.
     */
    [k: string]: string;
  };
}

/**
 * Reply on every `s3.*` subject when the operation failed. Exactly these two fields: Go callers decode strictly, and one more field makes them read an error as a success.
 */
export interface ErrorReply {
  /**
   * S3 error code.
   */
  Code: string;
  /**
   * The error in words; never empty.
   */
  Message: string;
}

/**
 * Reply on `s3.getbucketacl`.
 */
export interface GetBucketAclReply {
  Owner: {
    /**
     * Canonical user id: the account id.
     */
    ID?: string;
    DisplayName?: string;
  };
  /**
   * @maxItems 100
   */
  Grants: {
    Grantee: {
      Type: 'CanonicalUser' | 'Group' | 'AmazonCustomerByEmail';
      /**
       * Of a canonical user: the account id.
       */
      ID?: string;
      DisplayName?: string;
      /**
       * Of a group.
       */
      URI?: string;
      /**
       * Of an account of the configuration; answered as its canonical user.
       */
      EmailAddress?: string;
    };
    Permission: 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';
  }[];
}

/**
 * Request on `s3.getbucketacl`: answers the access control list of a bucket.
 */
export interface GetBucketAclRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketcors`.
 */
export interface GetBucketCorsReply {
  /**
   * Rules; the first that fits decides.
   *
   * @maxItems 1000
   *
   * Items: Who may do what from a browser.
   */
  CORSRules: {
    /**
     * Name of the rule, at most 255 characters.
     */
    ID?: string;
    /**
     * Request headers that a preflight may ask for; one `*` each.
     *
     * @maxItems 1000
     *
     * Items: A header.
     */
    AllowedHeaders?: string[];
    /**
     * GET, PUT, HEAD, POST, DELETE.
     *
     * @maxItems 100
     *
     * Items: A method.
     */
    AllowedMethods: string[];
    /**
     * Origins; one `*` each.
     *
     * @maxItems 1000
     *
     * Items: An origin.
     */
    AllowedOrigins: string[];
    /**
     * Reply headers that scripts may read.
     *
     * @maxItems 1000
     *
     * Items: A header.
     */
    ExposeHeaders?: string[];
    /**
     * How long browsers keep a preflight.
     */
    MaxAgeSeconds?: number;
  }[];
}

/**
 * Request on `s3.getbucketcors`: reads the CORS configuration of a bucket.
 */
export interface GetBucketCorsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketencryption`.
 */
export interface GetBucketEncryptionReply {
  /**
   * The configuration.
   */
  ServerSideEncryptionConfiguration: {
    /**
     * Exactly one.
     *
     * @maxItems 100
     *
     * Items: A rule.
     */
    Rules: {
      /**
       * What encrypts.
       */
      ApplyServerSideEncryptionByDefault?: {
        /**
         * AES-256, which is what happens to every object.
         */
        SSEAlgorithm: 'AES256';
      };
      /**
       * As it was set.
       */
      BucketKeyEnabled?: boolean;
    }[];
  };
}

/**
 * Request on `s3.getbucketencryption`: reads the default encryption of a bucket.
 */
export interface GetBucketEncryptionRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketlifecycleconfiguration`.
 */
export interface GetBucketLifecycleConfigurationReply {
  /**
   * The rules.
   *
   * @maxItems 1000
   *
   * Items: A rule.
   */
  Rules: {
    /**
     * Name of the rule, at most 255 characters.
     */
    ID: string;
    /**
     * `Enabled` or `Disabled`.
     */
    Status: string;
    /**
     * Older form of a filter.
     */
    Prefix?: string;
    /**
     * Which objects; all of them when empty.
     */
    Filter?: {
      /**
       * Beginning of the keys.
       */
      Prefix?: string;
      /**
       * Bytes.
       */
      ObjectSizeGreaterThan?: number;
      /**
       * Bytes.
       */
      ObjectSizeLessThan?: number;
      /**
       * A tag.
       */
      Tag?: {
        /**
         * Name.
         */
        Key: string;
        /**
         * Value.
         */
        Value: string;
      };
      /**
       * Several conditions.
       */
      And?: {
        /**
         * Beginning of the keys.
         */
        Prefix?: string;
        /**
         * Bytes.
         */
        ObjectSizeGreaterThan?: number;
        /**
         * Bytes.
         */
        ObjectSizeLessThan?: number;
        /**
         * Tags that an object must have.
         *
         * @maxItems 1000
         *
         * Items: A tag.
         */
        Tags?: {
          /**
           * Name.
           */
          Key: string;
          /**
           * Value.
           */
          Value: string;
        }[];
      };
    };
    /**
     * When current versions go.
     */
    Expiration?: {
      /**
       * Days after creation.
       */
      Days?: number;
      /**
       * ISO 8601, midnight UTC.
       */
      Date?: string;
      /**
       * Removes delete markers without older versions.
       */
      ExpiredObjectDeleteMarker?: boolean;
    };
    /**
     * When replaced versions go.
     */
    NoncurrentVersionExpiration?: {
      /**
       * Days after they were replaced.
       */
      NoncurrentDays?: number;
      /**
       * How many are kept.
       */
      NewerNoncurrentVersions?: number;
    };
    /**
     * When unfinished uploads go.
     */
    AbortIncompleteMultipartUpload?: {
      /**
       * Days after their beginning.
       */
      DaysAfterInitiation?: number;
    };
    /**
     * When current versions change their storage class. Kept; this store has one class and moves nothing.
     *
     * @maxItems 16
     *
     * Items: A transition.
     */
    Transitions?: {
      /**
       * Days after creation.
       */
      Days?: number;
      /**
       * ISO 8601, midnight UTC.
       */
      Date?: string;
      /**
       * Storage class, as AWS names it.
       */
      StorageClass?: string;
    }[];
    /**
     * The same for replaced versions.
     *
     * @maxItems 16
     *
     * Items: A transition.
     */
    NoncurrentVersionTransitions?: {
      /**
       * Days after they were replaced.
       */
      NoncurrentDays?: number;
      /**
       * How many are left alone.
       */
      NewerNoncurrentVersions?: number;
      /**
       * Storage class, as AWS names it.
       */
      StorageClass?: string;
    }[];
  }[];
  /**
   * `all_storage_classes_128K` or `varies_by_storage_class`; kept, without effect.
   */
  TransitionDefaultMinimumObjectSize?: string;
}

/**
 * Request on `s3.getbucketlifecycleconfiguration`: reads the lifecycle rules of a bucket.
 */
export interface GetBucketLifecycleConfigurationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketlocation`.
 */
export interface GetBucketLocationReply {
  /**
   * Region; absent for us-east-1, as at AWS.
   */
  LocationConstraint?: string;
}

/**
 * Request on `s3.getbucketlocation`: names the region of a bucket.
 */
export interface GetBucketLocationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketnotificationconfiguration`.
 */
export interface GetBucketNotificationConfigurationReply {
  /**
   * Topics.
   *
   * @maxItems 100
   *
   * Items: A destination.
   */
  TopicConfigurations?: {
    /**
     * Name of the configuration, at most 255 characters.
     */
    Id: string;
    /**
     * Destination.
     */
    TopicArn: string;
    /**
     * `s3:ObjectCreated:*`, …
     *
     * @maxItems 100
     *
     * Items: An event type.
     */
    Events: string[];
    /**
     * Which keys.
     */
    Filter?: {
      /**
       * By their beginning and end.
       */
      Key?: {
        /**
         * At most one prefix and one suffix.
         *
         * @maxItems 100
         *
         * Items: A condition.
         */
        FilterRules?: {
          /**
           * `prefix` or `suffix`.
           */
          Name: string;
          /**
           * The text.
           */
          Value: string;
        }[];
      };
    };
  }[];
  /**
   * Queues.
   *
   * @maxItems 100
   *
   * Items: A destination.
   */
  QueueConfigurations?: {
    /**
     * Name of the configuration, at most 255 characters.
     */
    Id: string;
    /**
     * Destination.
     */
    QueueArn: string;
    /**
     * `s3:ObjectCreated:*`, …
     *
     * @maxItems 100
     *
     * Items: An event type.
     */
    Events: string[];
    /**
     * Which keys.
     */
    Filter?: {
      /**
       * By their beginning and end.
       */
      Key?: {
        /**
         * At most one prefix and one suffix.
         *
         * @maxItems 100
         *
         * Items: A condition.
         */
        FilterRules?: {
          /**
           * `prefix` or `suffix`.
           */
          Name: string;
          /**
           * The text.
           */
          Value: string;
        }[];
      };
    };
  }[];
  /**
   * Functions.
   *
   * @maxItems 100
   *
   * Items: A destination.
   */
  LambdaFunctionConfigurations?: {
    /**
     * Name of the configuration, at most 255 characters.
     */
    Id: string;
    /**
     * Destination.
     */
    LambdaFunctionArn: string;
    /**
     * `s3:ObjectCreated:*`, …
     *
     * @maxItems 100
     *
     * Items: An event type.
     */
    Events: string[];
    /**
     * Which keys.
     */
    Filter?: {
      /**
       * By their beginning and end.
       */
      Key?: {
        /**
         * At most one prefix and one suffix.
         *
         * @maxItems 100
         *
         * Items: A condition.
         */
        FilterRules?: {
          /**
           * `prefix` or `suffix`.
           */
          Name: string;
          /**
           * The text.
           */
          Value: string;
        }[];
      };
    };
  }[];
  /**
   * Every event to the bus.
   */
  EventBridgeConfiguration?: {};
}

/**
 * Request on `s3.getbucketnotificationconfiguration`: reads which events of a bucket go where.
 */
export interface GetBucketNotificationConfigurationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketownershipcontrols`.
 */
export interface GetBucketOwnershipControlsReply {
  OwnershipControls: {
    /**
     * @minItems 1
     * @maxItems 1
     */
    Rules: {
      /**
       * Who owns new objects, and whether access control lists count (they do not with BucketOwnerEnforced).
       */
      ObjectOwnership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
    }[];
  };
}

/**
 * Request on `s3.getbucketownershipcontrols`: answers who owns new objects of a bucket.
 */
export interface GetBucketOwnershipControlsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketpolicystatus`.
 */
export interface GetBucketPolicyStatusReply {
  PolicyStatus: {
    IsPublic: boolean;
  };
}

/**
 * Request on `s3.getbucketpolicystatus`: says whether the policy of a bucket is public.
 */
export interface GetBucketPolicyStatusRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketpolicy`.
 */
export interface GetBucketPolicyReply {
  /**
   * The policy as JSON text.
   */
  Policy: string;
}

/**
 * Request on `s3.getbucketpolicy`: answers the policy of a bucket as it was put.
 */
export interface GetBucketPolicyRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbuckettagging`.
 */
export interface GetBucketTaggingReply {
  /**
   * The tags.
   *
   * @maxItems 1000
   *
   * Items: A tag.
   */
  TagSet: {
    /**
     * Name.
     */
    Key: string;
    /**
     * Value.
     */
    Value: string;
  }[];
}

/**
 * Request on `s3.getbuckettagging`: reads the tags of a bucket.
 */
export interface GetBucketTaggingRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketversioning`.
 */
export interface GetBucketVersioningReply {
  /**
   * Absent: the bucket was never versioned.
   */
  Status?: 'Enabled' | 'Suspended';
}

/**
 * Request on `s3.getbucketversioning`.
 */
export interface GetBucketVersioningRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getbucketwebsite`.
 */
export interface GetBucketWebsiteReply {
  /**
   * What stands for a directory.
   */
  IndexDocument?: {
    /**
     * Name, such as `index.html`.
     */
    Suffix: string;
  };
  /**
   * What is shown for 4xx.
   */
  ErrorDocument?: {
    /**
     * Key.
     */
    Key: string;
  };
  /**
   * One host for everything.
   */
  RedirectAllRequestsTo?: {
    /**
     * Host.
     */
    HostName: string;
    /**
     * http or https.
     */
    Protocol?: string;
  };
  /**
   * Redirects.
   *
   * @maxItems 1000
   *
   * Items: A redirect.
   */
  RoutingRules?: {
    /**
     * When.
     */
    Condition?: {
      /**
       * Status.
       */
      HttpErrorCodeReturnedEquals?: string;
      /**
       * Prefix.
       */
      KeyPrefixEquals?: string;
    };
    /**
     * Where to.
     */
    Redirect: {
      /**
       * Host.
       */
      HostName?: string;
      /**
       * 3xx.
       */
      HttpRedirectCode?: string;
      /**
       * http or https.
       */
      Protocol?: string;
      /**
       * Prefix.
       */
      ReplaceKeyPrefixWith?: string;
      /**
       * Key.
       */
      ReplaceKeyWith?: string;
    };
  }[];
}

/**
 * Request on `s3.getbucketwebsite`: reads the website configuration of a bucket.
 */
export interface GetBucketWebsiteRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getobjectacl`.
 */
export interface GetObjectAclReply {
  Owner: {
    /**
     * Canonical user id: the account id.
     */
    ID?: string;
    DisplayName?: string;
  };
  /**
   * @maxItems 100
   */
  Grants: {
    Grantee: {
      Type: 'CanonicalUser' | 'Group' | 'AmazonCustomerByEmail';
      /**
       * Of a canonical user: the account id.
       */
      ID?: string;
      DisplayName?: string;
      /**
       * Of a group.
       */
      URI?: string;
      /**
       * Of an account of the configuration; answered as its canonical user.
       */
      EmailAddress?: string;
    };
    Permission: 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';
  }[];
  /**
   * Version of the object; absent: the current one.
   */
  VersionId?: string;
}

/**
 * Request on `s3.getobjectacl`: answers the access control list of an object.
 */
export interface GetObjectAclRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object.
   */
  Key: string;
  /**
   * Version of the object; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getobjectattributes`.
 */
export interface GetObjectAttributesReply {
  /**
   * ISO 8601 with milliseconds.
   */
  LastModified: string;
  /**
   * Entity tag, without quotes, as AWS has it here.
   */
  ETag?: string;
  /**
   * Stored checksum of the object.
   */
  Checksum?: {
    /**
     * Of the object: CRC32, base64.
     */
    ChecksumCRC32?: string;
    /**
     * Of the object: CRC32C, base64.
     */
    ChecksumCRC32C?: string;
    /**
     * Of the object: CRC64NVME, base64.
     */
    ChecksumCRC64NVME?: string;
    /**
     * Of the object: SHA1, base64.
     */
    ChecksumSHA1?: string;
    /**
     * Of the object: SHA256, base64.
     */
    ChecksumSHA256?: string;
    /**
     * Of the object: SHA512, base64.
     */
    ChecksumSHA512?: string;
    /**
     * Of the object: MD5, base64.
     */
    ChecksumMD5?: string;
    /**
     * Of the object: XXHASH64, base64.
     */
    ChecksumXXHASH64?: string;
    /**
     * Of the object: XXHASH3, base64.
     */
    ChecksumXXHASH3?: string;
    /**
     * Of the object: XXHASH128, base64.
     */
    ChecksumXXHASH128?: string;
    /**
     * How the checksum was made.
     */
    ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  };
  /**
   * Parts of an object that was uploaded in parts; absent for any other.
   */
  ObjectParts?: {
    /**
     * Parts of the object (`PartsCount` in XML).
     */
    TotalPartsCount: number;
    /**
     * Echo, `0` by default.
     */
    PartNumberMarker: string;
    /**
     * The last part of the page, where the next one goes on.
     */
    NextPartNumberMarker?: string;
    /**
     * The page size that was used.
     */
    MaxParts: number;
    /**
     * There is more.
     */
    IsTruncated: boolean;
    /**
     * In the order of their numbers.
     *
     * @maxItems 10000
     */
    Parts?: {
      /**
       * Number of the part.
       */
      PartNumber: number;
      /**
       * Bytes.
       */
      Size: number;
      /**
       * Of the part: CRC32, base64.
       */
      ChecksumCRC32?: string;
      /**
       * Of the part: CRC32C, base64.
       */
      ChecksumCRC32C?: string;
      /**
       * Of the part: CRC64NVME, base64.
       */
      ChecksumCRC64NVME?: string;
      /**
       * Of the part: SHA1, base64.
       */
      ChecksumSHA1?: string;
      /**
       * Of the part: SHA256, base64.
       */
      ChecksumSHA256?: string;
      /**
       * Of the part: SHA512, base64.
       */
      ChecksumSHA512?: string;
      /**
       * Of the part: MD5, base64.
       */
      ChecksumMD5?: string;
      /**
       * Of the part: XXHASH64, base64.
       */
      ChecksumXXHASH64?: string;
      /**
       * Of the part: XXHASH3, base64.
       */
      ChecksumXXHASH3?: string;
      /**
       * Of the part: XXHASH128, base64.
       */
      ChecksumXXHASH128?: string;
    }[];
  };
  /**
   * The class it was stored with.
   */
  StorageClass?: string;
  /**
   * Bytes.
   */
  ObjectSize?: number;
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
}

/**
 * Request on `s3.getobjectattributes`: tells chosen facts of an object, its parts among them.
 */
export interface GetObjectAttributesRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * What to tell.
   *
   * @maxItems 16
   */
  ObjectAttributes: ('ETag' | 'Checksum' | 'ObjectParts' | 'StorageClass' | 'ObjectSize')[];
  /**
   * Parts in a page; above 1000 counts as 1000, below 0 is InvalidArgument.
   */
  MaxParts?: number;
  /**
   * A number: only parts after it.
   */
  PartNumberMarker?: string;
  /**
   * The version to read, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Reply on `s3.getobjectlegalhold`.
 */
export interface GetObjectLegalHoldReply {
  /**
   * OFF: one was lifted; a version that never had one is NoSuchObjectLockConfiguration.
   */
  LegalHold: {
    /**
     * ON: the version cannot be deleted, whatever its retention.
     */
    Status: 'ON' | 'OFF';
  };
}

/**
 * Request on `s3.getobjectlegalhold`.
 */
export interface GetObjectLegalHoldRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getobjectlockconfiguration`.
 */
export interface GetObjectLockConfigurationReply {
  /**
   * As it was put.
   */
  ObjectLockConfiguration: {
    /**
     * Object lock cannot be taken away again.
     */
    ObjectLockEnabled: 'Enabled';
    /**
     * What new versions get that bring no retention of their own; absent: nothing.
     */
    Rule?: {
      /**
       * A mode, and either days or years.
       */
      DefaultRetention: {
        /**
         * GOVERNANCE: those with s3:BypassGovernanceRetention may lift it. COMPLIANCE: nobody may.
         */
        Mode: 'GOVERNANCE' | 'COMPLIANCE';
        /**
         * 1 to 36500; others are InvalidArgument.
         */
        Days?: number;
        /**
         * 1 to 100, of 365 days each; others are InvalidArgument.
         */
        Years?: number;
      };
    };
  };
}

/**
 * Request on `s3.getobjectlockconfiguration`.
 */
export interface GetObjectLockConfigurationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getobjectretention`.
 */
export interface GetObjectRetentionReply {
  /**
   * The retention of the version, also when it is over.
   */
  Retention: {
    /**
     * GOVERNANCE: those with s3:BypassGovernanceRetention may lift it. COMPLIANCE: nobody may.
     */
    Mode: 'GOVERNANCE' | 'COMPLIANCE';
    /**
     * Until when the version cannot be deleted: ISO 8601.
     */
    RetainUntilDate: string;
  };
}

/**
 * Request on `s3.getobjectretention`.
 */
export interface GetObjectRetentionRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getobjecttagging`.
 */
export interface GetObjectTaggingReply {
  /**
   * Tags, each name once.
   *
   * @maxItems 50
   */
  TagSet: {
    /**
     * Name, at most 128 characters.
     */
    Key: string;
    /**
     * Value, at most 256 characters.
     */
    Value: string;
  }[];
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
}

/**
 * Request on `s3.getobjecttagging`.
 */
export interface GetObjectTaggingRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.getobject`.
 */
export interface GetObjectReply {
  AcceptRanges: 'bytes';
  /**
   * Bytes of the body, or of the range.
   */
  ContentLength: number;
  /**
   * Set when a range was served: `bytes 0-99/1234`, HTTP status 206.
   */
  ContentRange?: string;
  /**
   * Entity tag, quoted.
   */
  ETag: string;
  /**
   * ISO 8601 with milliseconds.
   */
  LastModified: string;
  /**
   * Media type.
   */
  ContentType: string;
  /**
   * Kept and given back on reads.
   */
  CacheControl?: string;
  /**
   * Kept and given back on reads.
   */
  ContentDisposition?: string;
  /**
   * Kept and given back on reads; without `aws-chunked`, which is framing.
   */
  ContentEncoding?: string;
  /**
   * Kept and given back on reads.
   */
  ContentLanguage?: string;
  /**
   * Kept and given back on reads.
   */
  Expires?: string;
  /**
   * User metadata, lower-case names without `x-amz-meta-`.
   */
  Metadata: {
    [k: string]: string;
  };
  /**
   * Of the whole object: CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Of the whole object: CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Of the whole object: CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Of the whole object: SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Of the whole object: SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Of the whole object: SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Of the whole object: MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Of the whole object: XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Of the whole object: XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Of the whole object: XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * How the checksum was made.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * The bytes in base64, up to 512 KiB of them; larger bodies travel as a stream.
   */
  Body?: string;
  /**
   * Parts of the object; set when PartNumber was asked for and the object was uploaded in parts.
   */
  PartsCount?: number;
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
  /**
   * When a lifecycle rule ends the object, and which one, as in AWS's `x-amz-expiration`: `expiry-date="<HTTP date>", rule-id="<encoded id>"`. Absent: none does.
   */
  Expiration?: string;
  /**
   * How many tags the object has; absent when none.
   */
  TagCount?: number;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
  /**
   * The class it was stored with; absent: STANDARD.
   */
  StorageClass?: string;
  /**
   * Where a website sends those who ask for the object.
   */
  WebsiteRedirectLocation?: string;
  /**
   * Mode of the retention; absent: none, or the caller lacks s3:GetObjectRetention.
   */
  ObjectLockMode?: 'GOVERNANCE' | 'COMPLIANCE';
  /**
   * Until when the version cannot be deleted: ISO 8601 with milliseconds.
   */
  ObjectLockRetainUntilDate?: string;
  /**
   * Absent: there never was a legal hold, or the caller lacks s3:GetObjectLegalHold.
   */
  ObjectLockLegalHoldStatus?: 'ON' | 'OFF';
}

/**
 * Request on `s3.getobject`: reads an object or a range of it.
 */
export interface GetObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * As the HTTP header: `bytes=0-99`. Several or malformed ranges are ignored.
   */
  Range?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfMatch?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfNoneMatch?: string;
  /**
   * HTTP date or ISO 8601.
   */
  IfModifiedSince?: string;
  /**
   * HTTP date or ISO 8601.
   */
  IfUnmodifiedSince?: string;
  /**
   * Asks for the stored checksums of the object.
   */
  ChecksumMode?: 'ENABLED';
  /**
   * Reads one part of an object that was uploaded in parts; 1 is all of any other. Not together with Range.
   */
  PartNumber?: number;
  /**
   * The version to read, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Reply on `s3.getpublicaccessblock`.
 */
export interface GetPublicAccessBlockReply {
  /**
   * Absent switches are off.
   */
  PublicAccessBlockConfiguration: {
    /**
     * Refuse new access control lists that grant to everybody.
     */
    BlockPublicAcls?: boolean;
    /**
     * Treat grants to everybody as if they were not there.
     */
    IgnorePublicAcls?: boolean;
    /**
     * Refuse policies that are public.
     */
    BlockPublicPolicy?: boolean;
    /**
     * Keep a bucket with a public policy inside its account.
     */
    RestrictPublicBuckets?: boolean;
  };
}

/**
 * Request on `s3.getpublicaccessblock`: answers how public access to a bucket is blocked.
 */
export interface GetPublicAccessBlockRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Header `S3-Grant` of a message that is not yet the reply of `s3.*`, as JSON: where to send the body.
 */
export interface GrantHeader {
  /**
   * Version of the envelope.
   */
  v: number;
  /**
   * Data subject of the node.
   */
  to: string;
  /**
   * Most bytes of one chunk.
   */
  chunk: number;
  /**
   * Most chunks without an acknowledgement.
   */
  window: number;
  /**
   * For callers that named `quic`: the body may go there instead.
   */
  quic?: {
    /**
     * `host:port` (UDP) of the node.
     */
    address: string;
    /**
     * Who answers there: its ed25519 public key, in hex.
     */
    peer: string;
    /**
     * 32 bytes in base64url, good once, for 30 s.
     */
    ticket: string;
  };
}

/**
 * Reply on `s3.headbucket`.
 */
export interface HeadBucketReply {
  /**
   * Region.
   */
  BucketRegion: string;
}

/**
 * Request on `s3.headbucket`: says whether a bucket exists and may be used.
 */
export interface HeadBucketRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.headobject`.
 */
export interface HeadObjectReply {
  AcceptRanges: 'bytes';
  /**
   * Bytes of the body, or of the range.
   */
  ContentLength: number;
  /**
   * Set when a range was served: `bytes 0-99/1234`, HTTP status 206.
   */
  ContentRange?: string;
  /**
   * Entity tag, quoted.
   */
  ETag: string;
  /**
   * ISO 8601 with milliseconds.
   */
  LastModified: string;
  /**
   * Media type.
   */
  ContentType: string;
  /**
   * Kept and given back on reads.
   */
  CacheControl?: string;
  /**
   * Kept and given back on reads.
   */
  ContentDisposition?: string;
  /**
   * Kept and given back on reads; without `aws-chunked`, which is framing.
   */
  ContentEncoding?: string;
  /**
   * Kept and given back on reads.
   */
  ContentLanguage?: string;
  /**
   * Kept and given back on reads.
   */
  Expires?: string;
  /**
   * User metadata, lower-case names without `x-amz-meta-`.
   */
  Metadata: {
    [k: string]: string;
  };
  /**
   * Of the whole object: CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Of the whole object: CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Of the whole object: CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Of the whole object: SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Of the whole object: SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Of the whole object: SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Of the whole object: MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Of the whole object: XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Of the whole object: XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Of the whole object: XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * How the checksum was made.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * Parts of the object; set when PartNumber was asked for and the object was uploaded in parts.
   */
  PartsCount?: number;
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
  /**
   * When a lifecycle rule ends the object, and which one, as in AWS's `x-amz-expiration`: `expiry-date="<HTTP date>", rule-id="<encoded id>"`. Absent: none does.
   */
  Expiration?: string;
  /**
   * How many tags the object has; absent when none.
   */
  TagCount?: number;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
  /**
   * The class it was stored with; absent: STANDARD.
   */
  StorageClass?: string;
  /**
   * Where a website sends those who ask for the object.
   */
  WebsiteRedirectLocation?: string;
  /**
   * Mode of the retention; absent: none, or the caller lacks s3:GetObjectRetention.
   */
  ObjectLockMode?: 'GOVERNANCE' | 'COMPLIANCE';
  /**
   * Until when the version cannot be deleted: ISO 8601 with milliseconds.
   */
  ObjectLockRetainUntilDate?: string;
  /**
   * Absent: there never was a legal hold, or the caller lacks s3:GetObjectLegalHold.
   */
  ObjectLockLegalHoldStatus?: 'ON' | 'OFF';
}

/**
 * Request on `s3.headobject`: describes an object.
 */
export interface HeadObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * As the HTTP header: `bytes=0-99`. Several or malformed ranges are ignored.
   */
  Range?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfMatch?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfNoneMatch?: string;
  /**
   * HTTP date or ISO 8601.
   */
  IfModifiedSince?: string;
  /**
   * HTTP date or ISO 8601.
   */
  IfUnmodifiedSince?: string;
  /**
   * Asks for the stored checksums of the object.
   */
  ChecksumMode?: 'ENABLED';
  /**
   * Reads one part of an object that was uploaded in parts; 1 is all of any other. Not together with Range.
   */
  PartNumber?: number;
  /**
   * The version to read, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Reply on `s3.listbuckets`.
 */
export interface ListBucketsReply {
  /**
   * In name order.
   *
   * @maxItems 10000
   */
  Buckets: {
    /**
     * Name.
     */
    Name: string;
    /**
     * ISO 8601 with milliseconds.
     */
    CreationDate: string;
    /**
     * Region.
     */
    BucketRegion: string;
  }[];
  /**
   * Owner of what is listed.
   */
  Owner: {
    /**
     * Account.
     */
    ID: string;
    /**
     * Account.
     */
    DisplayName?: string;
  };
  /**
   * Echo.
   */
  Prefix?: string;
  /**
   * Opaque; from the reply before.
   */
  ContinuationToken?: string;
}

/**
 * Request on `s3.listbuckets`: lists the buckets of the calling account.
 */
export interface ListBucketsRequest {
  /**
   * Only names that start with this.
   */
  Prefix?: string;
  /**
   * Opaque; from the reply before.
   */
  ContinuationToken?: string;
  /**
   * Page size; all buckets when absent.
   */
  MaxBuckets?: number;
  /**
   * Only buckets of this region.
   */
  BucketRegion?: string;
  /**
   * Whose buckets, where it is not the caller: for credentials with `every_account`.
   */
  OwnerAccountId?: string;
}

/**
 * Reply on `s3.listmultipartuploads`.
 */
export interface ListMultipartUploadsReply {
  /**
   * Bucket.
   */
  Bucket: string;
  /**
   * Echo.
   */
  Prefix: string;
  /**
   * Echo.
   */
  Delimiter?: string;
  /**
   * Echo.
   */
  KeyMarker: string;
  /**
   * Echo.
   */
  UploadIdMarker: string;
  /**
   * With IsTruncated: where to go on.
   */
  NextKeyMarker?: string;
  /**
   * With IsTruncated: where to go on; empty after a common prefix.
   */
  NextUploadIdMarker?: string;
  /**
   * The page size that was used.
   */
  MaxUploads: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * There is more.
   */
  IsTruncated: boolean;
  /**
   * By key in UTF-8 byte order, then by time.
   *
   * @maxItems 100000
   */
  Uploads?: {
    /**
     * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
     */
    Key: string;
    /**
     * Id of the upload, from CreateMultipartUpload.
     */
    UploadId: string;
    /**
     * When the upload began: ISO 8601 with milliseconds.
     */
    Initiated: string;
    /**
     * The class it was stored with.
     */
    StorageClass: string;
    /**
     * Who began the upload.
     */
    Initiator?: {
      /**
       * Account.
       */
      ID: string;
      /**
       * Account.
       */
      DisplayName?: string;
    };
    /**
     * Who will own the object.
     */
    Owner?: {
      /**
       * Account.
       */
      ID: string;
      /**
       * Account.
       */
      DisplayName?: string;
    };
    /**
     * Of the upload.
     */
    ChecksumAlgorithm?:
      | 'CRC32'
      | 'CRC32C'
      | 'CRC64NVME'
      | 'SHA1'
      | 'SHA256'
      | 'SHA512'
      | 'MD5'
      | 'XXHASH64'
      | 'XXHASH3'
      | 'XXHASH128';
    /**
     * How the checksum of the object will be made.
     */
    ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  }[];
  /**
   * Keys rolled up at the delimiter.
   *
   * @maxItems 100000
   */
  CommonPrefixes?: {
    /**
     * Everything up to the delimiter.
     */
    Prefix: string;
  }[];
}

/**
 * Request on `s3.listmultipartuploads`: lists the uploads of a bucket that are under way.
 */
export interface ListMultipartUploadsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Only keys that start with this.
   */
  Prefix?: string;
  /**
   * Rolls keys up at its first occurrence after the prefix.
   */
  Delimiter?: string;
  /**
   * Only uploads after this key.
   */
  KeyMarker?: string;
  /**
   * With KeyMarker: also the uploads of that key after this id. Ignored alone.
   */
  UploadIdMarker?: string;
  /**
   * Uploads and common prefixes in a page; above 1000 counts as 1000, below 0 is InvalidArgument.
   */
  MaxUploads?: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.listobjectversions`.
 */
export interface ListObjectVersionsReply {
  /**
   * Bucket.
   */
  Name: string;
  /**
   * Echo.
   */
  Prefix: string;
  /**
   * Echo.
   */
  Delimiter?: string;
  /**
   * As asked.
   */
  KeyMarker: string;
  /**
   * As asked.
   */
  VersionIdMarker: string;
  /**
   * KeyMarker of the next page.
   */
  NextKeyMarker?: string;
  /**
   * VersionIdMarker of the next page; absent after a common prefix.
   */
  NextVersionIdMarker?: string;
  /**
   * The page size that was used.
   */
  MaxKeys: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * There is more.
   */
  IsTruncated: boolean;
  /**
   * Objects, by key, newest first.
   *
   * @maxItems 100000
   */
  Versions?: {
    /**
     * Key.
     */
    Key: string;
    /**
     * Its id, or `null`.
     */
    VersionId: string;
    /**
     * It is the current version of its key.
     */
    IsLatest: boolean;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Entity tag, quoted.
     */
    ETag: string;
    /**
     * Bytes.
     */
    Size: number;
    /**
     * The class it was stored with.
     */
    StorageClass: string;
    /**
     * Algorithms of the stored checksums.
     *
     * @maxItems 5
     */
    ChecksumAlgorithm?: (
      | 'CRC32'
      | 'CRC32C'
      | 'CRC64NVME'
      | 'SHA1'
      | 'SHA256'
      | 'SHA512'
      | 'MD5'
      | 'XXHASH64'
      | 'XXHASH3'
      | 'XXHASH128'
    )[];
    /**
     * How the stored checksum was made.
     */
    ChecksumType?: 'COMPOSITE' | 'FULL_OBJECT';
    /**
     * Owner of what is listed.
     */
    Owner?: {
      /**
       * Account.
       */
      ID: string;
      /**
       * Account.
       */
      DisplayName?: string;
    };
  }[];
  /**
   * Delete markers, by key, newest first.
   *
   * @maxItems 100000
   */
  DeleteMarkers?: {
    /**
     * Key.
     */
    Key: string;
    /**
     * Its id, or `null`.
     */
    VersionId: string;
    /**
     * It is the current version of its key.
     */
    IsLatest: boolean;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Owner of what is listed.
     */
    Owner?: {
      /**
       * Account.
       */
      ID: string;
      /**
       * Account.
       */
      DisplayName?: string;
    };
  }[];
  /**
   * Keys rolled up at the delimiter.
   *
   * @maxItems 100000
   */
  CommonPrefixes?: {
    /**
     * Everything up to the delimiter.
     */
    Prefix: string;
  }[];
}

/**
 * Request on `s3.listobjectversions`.
 */
export interface ListObjectVersionsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Only keys that start with this.
   */
  Prefix?: string;
  /**
   * Rolls keys up at its first occurrence after the prefix.
   */
  Delimiter?: string;
  /**
   * Only versions after this key; with VersionIdMarker also older versions of this very key.
   */
  KeyMarker?: string;
  /**
   * Only versions of KeyMarker that are older than this one.
   */
  VersionIdMarker?: string;
  /**
   * Objects and common prefixes in a page; above 1000 counts as 1000, below 0 is InvalidArgument.
   */
  MaxKeys?: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.listobjectsv2`.
 */
export interface ListObjectsV2Reply {
  /**
   * Bucket.
   */
  Name: string;
  /**
   * Echo.
   */
  Prefix: string;
  /**
   * Echo.
   */
  Delimiter?: string;
  /**
   * The page size that was used.
   */
  MaxKeys: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * There is more.
   */
  IsTruncated: boolean;
  /**
   * Objects in UTF-8 byte order of their keys.
   *
   * @maxItems 100000
   */
  Contents?: {
    /**
     * Key of the object.
     */
    Key: string;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Entity tag, quoted.
     */
    ETag: string;
    /**
     * Bytes.
     */
    Size: number;
    /**
     * The class it was stored with.
     */
    StorageClass: string;
    /**
     * Owner of what is listed.
     */
    Owner?: {
      /**
       * Account.
       */
      ID: string;
      /**
       * Account.
       */
      DisplayName?: string;
    };
    /**
     * Algorithms of the stored checksums.
     *
     * @maxItems 5
     */
    ChecksumAlgorithm?: (
      | 'CRC32'
      | 'CRC32C'
      | 'CRC64NVME'
      | 'SHA1'
      | 'SHA256'
      | 'SHA512'
      | 'MD5'
      | 'XXHASH64'
      | 'XXHASH3'
      | 'XXHASH128'
    )[];
    /**
     * How the stored checksum was made.
     */
    ChecksumType?: 'COMPOSITE' | 'FULL_OBJECT';
  }[];
  /**
   * Keys rolled up at the delimiter.
   *
   * @maxItems 100000
   */
  CommonPrefixes?: {
    /**
     * Everything up to the delimiter.
     */
    Prefix: string;
  }[];
  /**
   * Objects and common prefixes of this page.
   */
  KeyCount: number;
  /**
   * Echo.
   */
  StartAfter?: string;
  /**
   * Opaque; from the reply before.
   */
  ContinuationToken?: string;
  /**
   * Opaque; from the reply before.
   */
  NextContinuationToken?: string;
}

/**
 * Request on `s3.listobjectsv2`: lists the objects of a bucket, page by page.
 */
export interface ListObjectsV2Request {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Only keys that start with this.
   */
  Prefix?: string;
  /**
   * Rolls keys up at its first occurrence after the prefix.
   */
  Delimiter?: string;
  /**
   * Only keys after this one; ignored beside a token.
   */
  StartAfter?: string;
  /**
   * Opaque; from the reply before.
   */
  ContinuationToken?: string;
  /**
   * Objects and common prefixes in a page; above 1000 counts as 1000, below 0 is InvalidArgument.
   */
  MaxKeys?: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * Adds the owner to each object.
   */
  FetchOwner?: boolean;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.listobjects`.
 */
export interface ListObjectsReply {
  /**
   * Bucket.
   */
  Name: string;
  /**
   * Echo.
   */
  Prefix: string;
  /**
   * Echo.
   */
  Delimiter?: string;
  /**
   * The page size that was used.
   */
  MaxKeys: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * There is more.
   */
  IsTruncated: boolean;
  /**
   * Objects in UTF-8 byte order of their keys.
   *
   * @maxItems 100000
   */
  Contents?: {
    /**
     * Key of the object.
     */
    Key: string;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Entity tag, quoted.
     */
    ETag: string;
    /**
     * Bytes.
     */
    Size: number;
    /**
     * The class it was stored with.
     */
    StorageClass: string;
    /**
     * Owner of what is listed.
     */
    Owner?: {
      /**
       * Account.
       */
      ID: string;
      /**
       * Account.
       */
      DisplayName?: string;
    };
    /**
     * Algorithms of the stored checksums.
     *
     * @maxItems 5
     */
    ChecksumAlgorithm?: (
      | 'CRC32'
      | 'CRC32C'
      | 'CRC64NVME'
      | 'SHA1'
      | 'SHA256'
      | 'SHA512'
      | 'MD5'
      | 'XXHASH64'
      | 'XXHASH3'
      | 'XXHASH128'
    )[];
    /**
     * How the stored checksum was made.
     */
    ChecksumType?: 'COMPOSITE' | 'FULL_OBJECT';
  }[];
  /**
   * Keys rolled up at the delimiter.
   *
   * @maxItems 100000
   */
  CommonPrefixes?: {
    /**
     * Everything up to the delimiter.
     */
    Prefix: string;
  }[];
  /**
   * Echo.
   */
  Marker: string;
  /**
   * Where to go on; only with a delimiter, as at AWS.
   */
  NextMarker?: string;
}

/**
 * Request on `s3.listobjects`: lists the objects of a bucket, version 1 of the API.
 */
export interface ListObjectsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Only keys that start with this.
   */
  Prefix?: string;
  /**
   * Rolls keys up at its first occurrence after the prefix.
   */
  Delimiter?: string;
  /**
   * Only keys after this one.
   */
  Marker?: string;
  /**
   * Objects and common prefixes in a page; above 1000 counts as 1000, below 0 is InvalidArgument.
   */
  MaxKeys?: number;
  /**
   * Asks for URL encoding of names in XML; echoed, applied by the gateway only.
   */
  EncodingType?: 'url';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.listparts`.
 */
export interface ListPartsReply {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * Echo, `0` by default.
   */
  PartNumberMarker: string;
  /**
   * The last part of the page, where the next one goes on.
   */
  NextPartNumberMarker?: string;
  /**
   * The page size that was used.
   */
  MaxParts: number;
  /**
   * There is more.
   */
  IsTruncated: boolean;
  /**
   * In the order of their numbers.
   *
   * @maxItems 10000
   */
  Parts?: {
    /**
     * Number of the part.
     */
    PartNumber: number;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Entity tag, quoted.
     */
    ETag: string;
    /**
     * Bytes.
     */
    Size: number;
    /**
     * Of the part: CRC32, base64.
     */
    ChecksumCRC32?: string;
    /**
     * Of the part: CRC32C, base64.
     */
    ChecksumCRC32C?: string;
    /**
     * Of the part: CRC64NVME, base64.
     */
    ChecksumCRC64NVME?: string;
    /**
     * Of the part: SHA1, base64.
     */
    ChecksumSHA1?: string;
    /**
     * Of the part: SHA256, base64.
     */
    ChecksumSHA256?: string;
    /**
     * Of the part: SHA512, base64.
     */
    ChecksumSHA512?: string;
    /**
     * Of the part: MD5, base64.
     */
    ChecksumMD5?: string;
    /**
     * Of the part: XXHASH64, base64.
     */
    ChecksumXXHASH64?: string;
    /**
     * Of the part: XXHASH3, base64.
     */
    ChecksumXXHASH3?: string;
    /**
     * Of the part: XXHASH128, base64.
     */
    ChecksumXXHASH128?: string;
  }[];
  /**
   * Who began the upload.
   */
  Initiator?: {
    /**
     * Account.
     */
    ID: string;
    /**
     * Account.
     */
    DisplayName?: string;
  };
  /**
   * Who will own the object.
   */
  Owner?: {
    /**
     * Account.
     */
    ID: string;
    /**
     * Account.
     */
    DisplayName?: string;
  };
  /**
   * The class it was stored with.
   */
  StorageClass: string;
  /**
   * Of the upload.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * How the checksum of the object will be made.
   */
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /**
   * When a lifecycle rule aborts the upload. ISO 8601; absent: none does.
   */
  AbortDate?: string;
  /**
   * Which rule that is.
   */
  AbortRuleId?: string;
}

/**
 * Request on `s3.listparts`: lists the parts of an upload.
 */
export interface ListPartsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * Parts in a page; above 1000 counts as 1000, below 0 is InvalidArgument.
   */
  MaxParts?: number;
  /**
   * A number: only parts after it.
   */
  PartNumberMarker?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Message on `s3.events.<bucket>.<event>`: what a request on `s3.*` did to an object, in the form of AWS's event notifications.
 */
export interface ObjectEvent {
  /**
   * One record.
   *
   * @minItems 1
   * @maxItems 1
   *
   * Items: What happened.
   */
  Records: {
    /**
     * Version of AWS's form.
     */
    eventVersion: '2.1';
    /**
     * As AWS names it.
     */
    eventSource: 'aws:s3';
    /**
     * Region of the bucket.
     */
    awsRegion: string;
    /**
     * When it was committed: ISO 8601 with milliseconds.
     */
    eventTime: string;
    /**
     * What happened, without `s3:`.
     */
    eventName:
      | 'ObjectCreated:Put'
      | 'ObjectCreated:Copy'
      | 'ObjectCreated:CompleteMultipartUpload'
      | 'ObjectRemoved:Delete'
      | 'ObjectRemoved:DeleteMarkerCreated'
      | 'LifecycleExpiration:Delete'
      | 'LifecycleExpiration:DeleteMarkerCreated';
    /**
     * Who owns the bucket.
     */
    userIdentity: {
      /**
       * Account id of 12 digits.
       */
      principalId: string;
    };
    /**
     * The request behind it.
     */
    requestParameters: {
      /**
       * Empty: it is not kept.
       */
      sourceIPAddress: string;
    };
    /**
     * The answer to it.
     */
    responseElements: {
      /**
       * Request id; empty where it is not kept.
       */
      'x-amz-request-id': string;
      /**
       * Empty.
       */
      'x-amz-id-2': string;
    };
    /**
     * Bucket and object.
     */
    s3: {
      /**
       * Version of this part.
       */
      s3SchemaVersion: '1.0';
      /**
       * `Id` of the notification configuration that asked for it.
       */
      configurationId: string;
      /**
       * The bucket.
       */
      bucket: {
        /**
         * Its name.
         */
        name: string;
        /**
         * Who owns the bucket.
         */
        ownerIdentity: {
          /**
           * Account id of 12 digits.
           */
          principalId: string;
        };
        /**
         * `arn:aws:s3:::` and its name.
         */
        arn: string;
      };
      /**
       * The object.
       */
      object: {
        /**
         * Key, encoded as in a form: a space is `+`.
         */
        key: string;
        /**
         * Bytes; absent where the object went.
         */
        size?: number;
        /**
         * Entity tag without quotes; absent where the object went.
         */
        eTag?: string;
        /**
         * Version that was made or went; absent in a bucket that was never versioned.
         */
        versionId?: string;
        /**
         * Orders the events of one key: compare as text, the greater is the later.
         */
        sequencer: string;
      };
    };
  }[];
}

/**
 * Reply on `s3.optionsobject`.
 */
export interface OptionsObjectReply {
  /**
   * Who may.
   */
  AllowOrigin: string;
  /**
   * What with.
   *
   * @maxItems 100
   *
   * Items: A method.
   */
  AllowMethods: string[];
  /**
   * Which headers may be sent.
   *
   * @maxItems 1000
   *
   * Items: A header.
   */
  AllowHeaders: string[];
  /**
   * Which headers may be read.
   *
   * @maxItems 1000
   *
   * Items: A header.
   */
  ExposeHeaders: string[];
  /**
   * How long the answer holds.
   */
  MaxAgeSeconds?: number;
  /**
   * Whether cookies may travel.
   */
  AllowCredentials: boolean;
}

/**
 * Request on `s3.optionsobject`: asks what a browser may do from another origin (CORS preflight). Needs no account.
 */
export interface OptionsObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Origin of the script.
   */
  Origin: string;
  /**
   * Method that it means to use.
   */
  RequestMethod: string;
  /**
   * Headers that it means to send.
   *
   * @maxItems 1000
   *
   * Items: A header.
   */
  RequestHeaders?: string[];
  /**
   * Key of the object; absent for the bucket.
   */
  Key?: string;
}

/**
 * Reply on `s3.putbucketacl`.
 */
export interface PutBucketAclReply {}

/**
 * Request on `s3.putbucketacl`: gives a bucket an access control list: canned, grant by grant, or as a whole.
 */
export interface PutBucketAclRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Canned list: private, public-read, public-read-write, authenticated-read, aws-exec-read, log-delivery-write.
   */
  ACL?: string;
  /**
   * The whole list; its owner cannot be changed.
   */
  AccessControlPolicy?: {
    Owner?: {
      /**
       * Canonical user id: the account id.
       */
      ID?: string;
      DisplayName?: string;
    };
    /**
     * @maxItems 100
     */
    Grants?: {
      Grantee: {
        Type: 'CanonicalUser' | 'Group' | 'AmazonCustomerByEmail';
        /**
         * Of a canonical user: the account id.
         */
        ID?: string;
        DisplayName?: string;
        /**
         * Of a group.
         */
        URI?: string;
        /**
         * Of an account of the configuration; answered as its canonical user.
         */
        EmailAddress?: string;
      };
      Permission: 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';
    }[];
  };
  /**
   * Grantees of FULL_CONTROL: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantFullControl?: string;
  /**
   * Grantees of READ: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantRead?: string;
  /**
   * Grantees of READ_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantReadACP?: string;
  /**
   * Grantees of WRITE: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWrite?: string;
  /**
   * Grantees of WRITE_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWriteACP?: string;
  /**
   * Accepted and ignored, as ChecksumAlgorithm.
   */
  ContentMD5?: string;
  /**
   * Accepted and ignored: a NATS message arrives whole or not at all.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketcors`.
 */
export interface PutBucketCorsReply {}

/**
 * Request on `s3.putbucketcors`: sets the CORS configuration of a bucket.
 */
export interface PutBucketCorsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The configuration.
   */
  CORSConfiguration: {
    /**
     * Rules; the first that fits decides.
     *
     * @maxItems 1000
     *
     * Items: Who may do what from a browser.
     */
    CORSRules: {
      /**
       * Name of the rule, at most 255 characters.
       */
      ID?: string;
      /**
       * Request headers that a preflight may ask for; one `*` each.
       *
       * @maxItems 1000
       *
       * Items: A header.
       */
      AllowedHeaders?: string[];
      /**
       * GET, PUT, HEAD, POST, DELETE.
       *
       * @maxItems 100
       *
       * Items: A method.
       */
      AllowedMethods: string[];
      /**
       * Origins; one `*` each.
       *
       * @maxItems 1000
       *
       * Items: An origin.
       */
      AllowedOrigins: string[];
      /**
       * Reply headers that scripts may read.
       *
       * @maxItems 1000
       *
       * Items: A header.
       */
      ExposeHeaders?: string[];
      /**
       * How long browsers keep a preflight.
       */
      MaxAgeSeconds?: number;
    }[];
  };
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketencryption`.
 */
export interface PutBucketEncryptionReply {}

/**
 * Request on `s3.putbucketencryption`: sets the default encryption of a bucket. Every object is encrypted with AES-256 in any case.
 */
export interface PutBucketEncryptionRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The configuration.
   */
  ServerSideEncryptionConfiguration: {
    /**
     * Exactly one.
     *
     * @maxItems 100
     *
     * Items: A rule.
     */
    Rules: {
      /**
       * What encrypts.
       */
      ApplyServerSideEncryptionByDefault?: {
        /**
         * `AES256`.
         */
        SSEAlgorithm: string;
        /**
         * Refused: there is no key management service.
         */
        KMSMasterKeyID?: string;
      };
      /**
       * Kept, without effect.
       */
      BucketKeyEnabled?: boolean;
    }[];
  };
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketlifecycleconfiguration`.
 */
export interface PutBucketLifecycleConfigurationReply {
  /**
   * `all_storage_classes_128K` or `varies_by_storage_class`; kept, without effect.
   */
  TransitionDefaultMinimumObjectSize?: string;
}

/**
 * Request on `s3.putbucketlifecycleconfiguration`: sets the lifecycle rules of a bucket, in place of those before.
 */
export interface PutBucketLifecycleConfigurationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The configuration.
   */
  LifecycleConfiguration: {
    /**
     * The rules.
     *
     * @maxItems 1100
     *
     * Items: A rule.
     */
    Rules: {
      /**
       * Name of the rule, at most 255 characters.
       */
      ID?: string;
      /**
       * `Enabled` or `Disabled`.
       */
      Status: string;
      /**
       * Older form of a filter.
       */
      Prefix?: string;
      /**
       * Which objects; all of them when empty.
       */
      Filter?: {
        /**
         * Beginning of the keys.
         */
        Prefix?: string;
        /**
         * Bytes.
         */
        ObjectSizeGreaterThan?: number;
        /**
         * Bytes.
         */
        ObjectSizeLessThan?: number;
        /**
         * A tag.
         */
        Tag?: {
          /**
           * Name.
           */
          Key: string;
          /**
           * Value.
           */
          Value: string;
        };
        /**
         * Several conditions.
         */
        And?: {
          /**
           * Beginning of the keys.
           */
          Prefix?: string;
          /**
           * Bytes.
           */
          ObjectSizeGreaterThan?: number;
          /**
           * Bytes.
           */
          ObjectSizeLessThan?: number;
          /**
           * Tags that an object must have.
           *
           * @maxItems 1000
           *
           * Items: A tag.
           */
          Tags?: {
            /**
             * Name.
             */
            Key: string;
            /**
             * Value.
             */
            Value: string;
          }[];
        };
      };
      /**
       * When current versions go.
       */
      Expiration?: {
        /**
         * Days after creation.
         */
        Days?: number;
        /**
         * ISO 8601, midnight UTC.
         */
        Date?: string;
        /**
         * Removes delete markers without older versions.
         */
        ExpiredObjectDeleteMarker?: boolean;
      };
      /**
       * When replaced versions go.
       */
      NoncurrentVersionExpiration?: {
        /**
         * Days after they were replaced.
         */
        NoncurrentDays?: number;
        /**
         * How many are kept.
         */
        NewerNoncurrentVersions?: number;
      };
      /**
       * When unfinished uploads go.
       */
      AbortIncompleteMultipartUpload?: {
        /**
         * Days after their beginning.
         */
        DaysAfterInitiation?: number;
      };
      /**
       * When current versions change their storage class. Kept; this store has one class and moves nothing.
       *
       * @maxItems 16
       *
       * Items: A transition.
       */
      Transitions?: {
        /**
         * Days after creation.
         */
        Days?: number;
        /**
         * ISO 8601, midnight UTC.
         */
        Date?: string;
        /**
         * Storage class, as AWS names it.
         */
        StorageClass?: string;
      }[];
      /**
       * The same for replaced versions.
       *
       * @maxItems 16
       *
       * Items: A transition.
       */
      NoncurrentVersionTransitions?: {
        /**
         * Days after they were replaced.
         */
        NoncurrentDays?: number;
        /**
         * How many are left alone.
         */
        NewerNoncurrentVersions?: number;
        /**
         * Storage class, as AWS names it.
         */
        StorageClass?: string;
      }[];
    }[];
  };
  /**
   * `all_storage_classes_128K` or `varies_by_storage_class`; kept, without effect.
   */
  TransitionDefaultMinimumObjectSize?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketnotificationconfiguration`.
 */
export interface PutBucketNotificationConfigurationReply {}

/**
 * Request on `s3.putbucketnotificationconfiguration`: sets which events of a bucket go where; an empty configuration turns them off.
 */
export interface PutBucketNotificationConfigurationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The configuration.
   */
  NotificationConfiguration: {
    /**
     * Topics.
     *
     * @maxItems 100
     *
     * Items: A destination.
     */
    TopicConfigurations?: {
      /**
       * Name of the configuration, at most 255 characters.
       */
      Id?: string;
      /**
       * Destination.
       */
      TopicArn: string;
      /**
       * `s3:ObjectCreated:*`, …
       *
       * @maxItems 100
       *
       * Items: An event type.
       */
      Events: string[];
      /**
       * Which keys.
       */
      Filter?: {
        /**
         * By their beginning and end.
         */
        Key?: {
          /**
           * At most one prefix and one suffix.
           *
           * @maxItems 100
           *
           * Items: A condition.
           */
          FilterRules?: {
            /**
             * `prefix` or `suffix`.
             */
            Name: string;
            /**
             * The text.
             */
            Value: string;
          }[];
        };
      };
    }[];
    /**
     * Queues.
     *
     * @maxItems 100
     *
     * Items: A destination.
     */
    QueueConfigurations?: {
      /**
       * Name of the configuration, at most 255 characters.
       */
      Id?: string;
      /**
       * Destination.
       */
      QueueArn: string;
      /**
       * `s3:ObjectCreated:*`, …
       *
       * @maxItems 100
       *
       * Items: An event type.
       */
      Events: string[];
      /**
       * Which keys.
       */
      Filter?: {
        /**
         * By their beginning and end.
         */
        Key?: {
          /**
           * At most one prefix and one suffix.
           *
           * @maxItems 100
           *
           * Items: A condition.
           */
          FilterRules?: {
            /**
             * `prefix` or `suffix`.
             */
            Name: string;
            /**
             * The text.
             */
            Value: string;
          }[];
        };
      };
    }[];
    /**
     * Functions.
     *
     * @maxItems 100
     *
     * Items: A destination.
     */
    LambdaFunctionConfigurations?: {
      /**
       * Name of the configuration, at most 255 characters.
       */
      Id?: string;
      /**
       * Destination.
       */
      LambdaFunctionArn: string;
      /**
       * `s3:ObjectCreated:*`, …
       *
       * @maxItems 100
       *
       * Items: An event type.
       */
      Events: string[];
      /**
       * Which keys.
       */
      Filter?: {
        /**
         * By their beginning and end.
         */
        Key?: {
          /**
           * At most one prefix and one suffix.
           *
           * @maxItems 100
           *
           * Items: A condition.
           */
          FilterRules?: {
            /**
             * `prefix` or `suffix`.
             */
            Name: string;
            /**
             * The text.
             */
            Value: string;
          }[];
        };
      };
    }[];
    /**
     * Every event to the bus.
     */
    EventBridgeConfiguration?: {};
  };
  /**
   * Accepted: destinations are never asked.
   */
  SkipDestinationValidation?: boolean;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketownershipcontrols`.
 */
export interface PutBucketOwnershipControlsReply {}

/**
 * Request on `s3.putbucketownershipcontrols`: says who owns new objects of a bucket, and whether access control lists count.
 */
export interface PutBucketOwnershipControlsRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  OwnershipControls: {
    /**
     * @minItems 1
     * @maxItems 1
     */
    Rules: {
      /**
       * Who owns new objects, and whether access control lists count (they do not with BucketOwnerEnforced).
       */
      ObjectOwnership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
    }[];
  };
  /**
   * Accepted and ignored, as ChecksumAlgorithm.
   */
  ContentMD5?: string;
  /**
   * Accepted and ignored: a NATS message arrives whole or not at all.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketpolicy`.
 */
export interface PutBucketPolicyReply {}

/**
 * Request on `s3.putbucketpolicy`: gives a bucket a policy.
 */
export interface PutBucketPolicyRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The policy as JSON text, at most 20 KiB.
   */
  Policy: string;
  /**
   * Accepted and ignored: the owning account can always change the policy.
   */
  ConfirmRemoveSelfBucketAccess?: boolean;
  /**
   * Accepted and ignored, as ChecksumAlgorithm.
   */
  ContentMD5?: string;
  /**
   * Accepted and ignored: a NATS message arrives whole or not at all.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbuckettagging`.
 */
export interface PutBucketTaggingReply {}

/**
 * Request on `s3.putbuckettagging`: sets the tags of a bucket, in place of those before.
 */
export interface PutBucketTaggingRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The tags.
   */
  Tagging: {
    /**
     * The tags.
     *
     * @maxItems 1000
     *
     * Items: A tag.
     */
    TagSet: {
      /**
       * Name.
       */
      Key: string;
      /**
       * Value.
       */
      Value: string;
    }[];
  };
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketversioning`.
 */
export interface PutBucketVersioningReply {}

/**
 * Request on `s3.putbucketversioning`.
 */
export interface PutBucketVersioningRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The state that versioning shall have.
   */
  VersioningConfiguration: {
    /**
     * Enabled or Suspended; once set, a bucket never becomes unversioned again.
     */
    Status?: 'Enabled' | 'Suspended';
    /**
     * Only Disabled: deletion by MFA is not offered.
     */
    MFADelete?: 'Enabled' | 'Disabled';
  };
  /**
   * The MFA device and its code; not offered.
   */
  MFA?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putbucketwebsite`.
 */
export interface PutBucketWebsiteReply {}

/**
 * Request on `s3.putbucketwebsite`: sets the website configuration of a bucket. It is kept; nothing serves the site.
 */
export interface PutBucketWebsiteRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * The configuration.
   */
  WebsiteConfiguration: {
    /**
     * What stands for a directory.
     */
    IndexDocument?: {
      /**
       * Name, such as `index.html`.
       */
      Suffix: string;
    };
    /**
     * What is shown for 4xx.
     */
    ErrorDocument?: {
      /**
       * Key.
       */
      Key: string;
    };
    /**
     * One host for everything.
     */
    RedirectAllRequestsTo?: {
      /**
       * Host.
       */
      HostName: string;
      /**
       * http or https.
       */
      Protocol?: string;
    };
    /**
     * Redirects.
     *
     * @maxItems 1000
     *
     * Items: A redirect.
     */
    RoutingRules?: {
      /**
       * When.
       */
      Condition?: {
        /**
         * Status.
         */
        HttpErrorCodeReturnedEquals?: string;
        /**
         * Prefix.
         */
        KeyPrefixEquals?: string;
      };
      /**
       * Where to.
       */
      Redirect: {
        /**
         * Host.
         */
        HostName?: string;
        /**
         * 3xx.
         */
        HttpRedirectCode?: string;
        /**
         * http or https.
         */
        Protocol?: string;
        /**
         * Prefix.
         */
        ReplaceKeyPrefixWith?: string;
        /**
         * Key.
         */
        ReplaceKeyWith?: string;
      };
    }[];
  };
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putobjectacl`.
 */
export interface PutObjectAclReply {
  /**
   * Version of the object; absent: the current one.
   */
  VersionId?: string;
}

/**
 * Request on `s3.putobjectacl`: gives an object an access control list: canned, grant by grant, or as a whole.
 */
export interface PutObjectAclRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object.
   */
  Key: string;
  /**
   * Version of the object; absent: the current one.
   */
  VersionId?: string;
  /**
   * Canned list: private, public-read, public-read-write, authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control.
   */
  ACL?: string;
  /**
   * The whole list; its owner cannot be changed.
   */
  AccessControlPolicy?: {
    Owner?: {
      /**
       * Canonical user id: the account id.
       */
      ID?: string;
      DisplayName?: string;
    };
    /**
     * @maxItems 100
     */
    Grants?: {
      Grantee: {
        Type: 'CanonicalUser' | 'Group' | 'AmazonCustomerByEmail';
        /**
         * Of a canonical user: the account id.
         */
        ID?: string;
        DisplayName?: string;
        /**
         * Of a group.
         */
        URI?: string;
        /**
         * Of an account of the configuration; answered as its canonical user.
         */
        EmailAddress?: string;
      };
      Permission: 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';
    }[];
  };
  /**
   * Grantees of FULL_CONTROL: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantFullControl?: string;
  /**
   * Grantees of READ: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantRead?: string;
  /**
   * Grantees of READ_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantReadACP?: string;
  /**
   * Grantees of WRITE: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWrite?: string;
  /**
   * Grantees of WRITE_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWriteACP?: string;
  /**
   * Accepted and ignored, as ChecksumAlgorithm.
   */
  ContentMD5?: string;
  /**
   * Accepted and ignored: a NATS message arrives whole or not at all.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putobjectlegalhold`.
 */
export interface PutObjectLegalHoldReply {}

/**
 * Request on `s3.putobjectlegalhold`.
 */
export interface PutObjectLegalHoldRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Places or lifts a legal hold.
   */
  LegalHold: {
    /**
     * ON: the version cannot be deleted, whatever its retention.
     */
    Status: 'ON' | 'OFF';
  };
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putobjectlockconfiguration`.
 */
export interface PutObjectLockConfigurationReply {}

/**
 * Request on `s3.putobjectlockconfiguration`.
 */
export interface PutObjectLockConfigurationRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Turns object lock on, for a bucket whose versioning is Enabled, and says what new versions get.
   */
  ObjectLockConfiguration: {
    /**
     * Object lock cannot be taken away again.
     */
    ObjectLockEnabled: 'Enabled';
    /**
     * What new versions get that bring no retention of their own; absent: nothing.
     */
    Rule?: {
      /**
       * A mode, and either days or years.
       */
      DefaultRetention: {
        /**
         * GOVERNANCE: those with s3:BypassGovernanceRetention may lift it. COMPLIANCE: nobody may.
         */
        Mode: 'GOVERNANCE' | 'COMPLIANCE';
        /**
         * 1 to 36500; others are InvalidArgument.
         */
        Days?: number;
        /**
         * 1 to 100, of 365 days each; others are InvalidArgument.
         */
        Years?: number;
      };
    };
  };
  /**
   * Accepted and not needed: AWS once gave tokens out for existing buckets.
   */
  Token?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putobjectretention`.
 */
export interface PutObjectRetentionReply {}

/**
 * Request on `s3.putobjectretention`.
 */
export interface PutObjectRetentionRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Both fields, or neither of them, which takes the retention away.
   */
  Retention: {
    /**
     * GOVERNANCE: those with s3:BypassGovernanceRetention may lift it. COMPLIANCE: nobody may.
     */
    Mode?: 'GOVERNANCE' | 'COMPLIANCE';
    /**
     * Until when the version cannot be deleted: ISO 8601.
     */
    RetainUntilDate?: string;
  };
  /**
   * Lifts a GOVERNANCE retention, for callers with s3:BypassGovernanceRetention; without effect for others.
   */
  BypassGovernanceRetention?: boolean;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putobjecttagging`.
 */
export interface PutObjectTaggingReply {
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
}

/**
 * Request on `s3.putobjecttagging`.
 */
export interface PutObjectTaggingRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * The tags that the object shall have, instead of those it has.
   */
  Tagging: {
    /**
     * Tags, each name once.
     *
     * @maxItems 50
     */
    TagSet: {
      /**
       * Name, at most 128 characters.
       */
      Key: string;
      /**
       * Value, at most 256 characters.
       */
      Value: string;
    }[];
  };
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.putobject`.
 */
export interface PutObjectReply {
  /**
   * Entity tag, quoted.
   */
  ETag: string;
  /**
   * Computed CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Computed CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Computed CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Computed SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Computed SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Computed SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Computed MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Computed XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Computed XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Computed XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * How the checksum was made.
   */
  ChecksumType?: 'FULL_OBJECT';
  /**
   * The version, `null` for one without an id; absent in a bucket that was never versioned.
   */
  VersionId?: string;
  /**
   * When a lifecycle rule ends the object, and which one, as in AWS's `x-amz-expiration`: `expiry-date="<HTTP date>", rule-id="<encoded id>"`. Absent: none does.
   */
  Expiration?: string;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Request on `s3.putobject`: stores an object under a key, in place of the one before.
 */
export interface PutObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Bytes of the body; more than 5 TiB is EntityTooLarge.
   */
  ContentLength?: number;
  /**
   * Media type.
   */
  ContentType?: string;
  /**
   * Kept and given back on reads.
   */
  CacheControl?: string;
  /**
   * Kept and given back on reads.
   */
  ContentDisposition?: string;
  /**
   * Kept and given back on reads; without `aws-chunked`, which is framing.
   */
  ContentEncoding?: string;
  /**
   * Kept and given back on reads.
   */
  ContentLanguage?: string;
  /**
   * Kept and given back on reads.
   */
  Expires?: string;
  /**
   * User metadata, names without `x-amz-meta-`; at most 2 KiB in all.
   */
  Metadata?: {
    [k: string]: string;
  };
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfMatch?: string;
  /**
   * One entity tag, a list of them, or `*`; quoted or bare.
   */
  IfNoneMatch?: string;
  /**
   * MD5 of the body, base64.
   */
  ContentMD5?: string;
  /**
   * A checksum to compute and keep.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Expected CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Expected CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Expected CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Expected SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Expected SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Expected SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Expected MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Expected XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Expected XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Expected XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * The bytes in base64, up to 512 KiB of them; larger bodies travel as a stream.
   */
  Body?: string;
  /**
   * Canned list: private, public-read, public-read-write, authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control.
   */
  ACL?: string;
  /**
   * Grantees of FULL_CONTROL: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantFullControl?: string;
  /**
   * Grantees of READ: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantRead?: string;
  /**
   * Grantees of READ_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantReadACP?: string;
  /**
   * Grantees of WRITE: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWrite?: string;
  /**
   * Grantees of WRITE_ACP: `id=…`, `uri=…` or `emailAddress=…`, separated by commas.
   */
  GrantWriteACP?: string;
  /**
   * Tags as a query string: `name=value&name=value`, percent-encoded. At most ten.
   */
  Tagging?: string;
  /**
   * Retention of the new version: GOVERNANCE or COMPLIANCE, beside ObjectLockRetainUntilDate. In buckets with object lock only.
   */
  ObjectLockMode?: string;
  /**
   * Until when the new version cannot be deleted: ISO 8601, in the future.
   */
  ObjectLockRetainUntilDate?: string;
  /**
   * `ON` places a legal hold on the new version; `OFF` does not.
   */
  ObjectLockLegalHoldStatus?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`, which is what happens anyway.
   */
  ServerSideEncryption?: string;
  /**
   * Refused: there is no key management service.
   */
  SSEKMSKeyId?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
  /**
   * Kept by name, nothing else depends on it: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, REDUCED_REDUNDANCY or GLACIER_IR; others are InvalidStorageClass.
   */
  StorageClass?: string;
  /**
   * Where a website sends those who ask for the object: begins with `/`, `http://` or `https://`.
   */
  WebsiteRedirectLocation?: string;
}

/**
 * Reply on `s3.putpublicaccessblock`.
 */
export interface PutPublicAccessBlockReply {}

/**
 * Request on `s3.putpublicaccessblock`: switches public access to a bucket off, in four ways.
 */
export interface PutPublicAccessBlockRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Absent switches are off.
   */
  PublicAccessBlockConfiguration: {
    /**
     * Refuse new access control lists that grant to everybody.
     */
    BlockPublicAcls?: boolean;
    /**
     * Treat grants to everybody as if they were not there.
     */
    IgnorePublicAcls?: boolean;
    /**
     * Refuse policies that are public.
     */
    BlockPublicPolicy?: boolean;
    /**
     * Keep a bucket with a public policy inside its account.
     */
    RestrictPublicBuckets?: boolean;
  };
  /**
   * Accepted and ignored, as ChecksumAlgorithm.
   */
  ContentMD5?: string;
  /**
   * Accepted and ignored: a NATS message arrives whole or not at all.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
}

/**
 * Reply on `s3.restoreobject`: there is none but errors, because no object here is archived.
 */
export interface RestoreObjectReply {}

/**
 * Request on `s3.restoreobject`.
 */
export interface RestoreObjectRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * The version, `null` for the one without an id; absent: the current one.
   */
  VersionId?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * For how long, and how fast. Checked and of no further use: no object here is archived.
   */
  RestoreRequest?: {
    /**
     * Days for which the restored copy is wanted.
     */
    Days?: number;
    /**
     * How it is to be restored.
     */
    GlacierJobParameters?: {
      /**
       * How fast.
       */
      Tier: 'Standard' | 'Bulk' | 'Expedited';
    };
    /**
     * How fast.
     */
    Tier?: 'Standard' | 'Bulk' | 'Expedited';
    /**
     * What it is for.
     */
    Description?: string;
  };
}

/**
 * Header `S3-Send` of a request on `s3.*`, as JSON: how a body or a large document comes.
 */
export interface SendHeader {
  /**
   * Version of the envelope.
   */
  v: number;
  /**
   * `raw`: the payload is the body. `stream`: it comes after a grant. `local`: inside one process.
   */
  kind: 'raw' | 'stream' | 'local';
  /**
   * `stream`: bytes of the body.
   */
  length?: number;
  /**
   * `stream`: base subject of the sender; the node answers below it.
   */
  ack?: string;
  /**
   * `local`: the offer.
   */
  token?: string;
  /**
   * The body is the request document itself, too large for a message.
   */
  document?: boolean;
  /**
   * Algorithms of the digests that will be claimed at the end.
   *
   * @maxItems 6
   *
   * Items: Algorithm.
   */
  announced?: ('md5' | 'sha1' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme')[];
  /**
   * Digests of the body, checked before anything is stored.
   *
   * @maxItems 6
   */
  claims?: {
    /**
     * Algorithm.
     */
    algorithm: 'md5' | 'sha1' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme';
    /**
     * Base64.
     */
    digest: string;
    /**
     * The SHA-256 that a signature covers: a mismatch is XAmzContentSHA256Mismatch.
     */
    signedPayload?: boolean;
  }[];
}

/**
 * Reply on `spinifex.storage.config`, which is Spinifex's subject and not one of `s3.*`: the shape of the store, as its daemons tell it.
 */
export interface StorageConfigReply {
  /**
   * Erasure coding of new objects.
   */
  encoding: {
    /**
     * K.
     */
    data_shards: number;
    /**
     * M.
     */
    parity_shards: number;
  };
  /**
   * Nodes that run a NATS server of their own; none with an external NATS.
   *
   * @maxItems 1024
   *
   * Items: One of them.
   */
  meta_nodes: {
    /**
     * Node id.
     */
    id: number;
    /**
     * Its address.
     */
    host: string;
    /**
     * Its port.
     */
    port: number;
  }[];
  /**
   * Nodes that keep shards.
   *
   * @maxItems 1024
   *
   * Items: One of them.
   */
  blob_nodes: {
    /**
     * Node id.
     */
    id: number;
    /**
     * Its address.
     */
    host: string;
    /**
     * Its port.
     */
    port: number;
  }[];
  /**
   * Buckets that the configuration declares.
   *
   * @maxItems 100000
   *
   * Items: One of them.
   */
  buckets: {
    /**
     * Its name.
     */
    name: string;
    /**
     * Its region.
     */
    region: string;
  }[];
}

/**
 * Payload of the message with the header `S3-Stream: end`: that was all. See `s3.io.*`, `s3.*`.
 */
export interface StreamEnd {
  /**
   * Chunks sent.
   */
  chunks: number;
  /**
   * Bytes sent.
   */
  bytes: number;
  /**
   * Digests of the body, checked before anything is stored.
   *
   * @maxItems 6
   */
  claims?: {
    /**
     * Algorithm.
     */
    algorithm: 'md5' | 'sha1' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme';
    /**
     * Base64.
     */
    digest: string;
    /**
     * The SHA-256 that a signature covers: a mismatch is XAmzContentSHA256Mismatch.
     */
    signedPayload?: boolean;
  }[];
}

/**
 * Payload of the message on `<ack base>.0` that starts a body from the node; may be empty. See `s3.io.*`, `s3.*`.
 */
export interface StreamStart {
  /**
   * Smaller chunks are wanted.
   */
  chunk?: number;
  /**
   * A smaller window is wanted.
   */
  window?: number;
}

/**
 * Reply on `s3.uploadpartcopy`.
 */
export interface UploadPartCopyReply {
  /**
   * The part.
   */
  CopyPartResult: {
    /**
     * Entity tag, quoted.
     */
    ETag: string;
    /**
     * ISO 8601 with milliseconds.
     */
    LastModified: string;
    /**
     * Computed CRC32, base64.
     */
    ChecksumCRC32?: string;
    /**
     * Computed CRC32C, base64.
     */
    ChecksumCRC32C?: string;
    /**
     * Computed CRC64NVME, base64.
     */
    ChecksumCRC64NVME?: string;
    /**
     * Computed SHA1, base64.
     */
    ChecksumSHA1?: string;
    /**
     * Computed SHA256, base64.
     */
    ChecksumSHA256?: string;
    /**
     * Computed SHA512, base64.
     */
    ChecksumSHA512?: string;
    /**
     * Computed MD5, base64.
     */
    ChecksumMD5?: string;
    /**
     * Computed XXHASH64, base64.
     */
    ChecksumXXHASH64?: string;
    /**
     * Computed XXHASH3, base64.
     */
    ChecksumXXHASH3?: string;
    /**
     * Computed XXHASH128, base64.
     */
    ChecksumXXHASH128?: string;
  };
  /**
   * The version that was copied; absent when the bucket of the source was never versioned.
   */
  CopySourceVersionId?: string;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Request on `s3.uploadpartcopy`: stores a part of an upload from an object, or a range of one.
 */
export interface UploadPartCopyRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * 1 to 10000, else InvalidArgument.
   */
  PartNumber: number;
  /**
   * `bucket/key` or `/bucket/key`, percent-encoded; `?versionId=null` is allowed.
   */
  CopySource: string;
  /**
   * `bytes=0-99`; both ends are needed and must be inside the object.
   */
  CopySourceRange?: string;
  /**
   * Of the source: One entity tag, a list of them, or `*`; quoted or bare.
   */
  CopySourceIfMatch?: string;
  /**
   * Of the source: One entity tag, a list of them, or `*`; quoted or bare.
   */
  CopySourceIfNoneMatch?: string;
  /**
   * Of the source: HTTP date or ISO 8601.
   */
  CopySourceIfModifiedSince?: string;
  /**
   * Of the source: HTTP date or ISO 8601.
   */
  CopySourceIfUnmodifiedSince?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * Account that must own the bucket of the source, else AccessDenied.
   */
  ExpectedSourceBucketOwner?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
  /**
   * `AES256`: the source has a key that the client brings the key (SSE-C).
   */
  CopySourceSSECustomerAlgorithm?: string;
  /**
   * The key of the source: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  CopySourceSSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  CopySourceSSECustomerKeyMD5?: string;
}

/**
 * Reply on `s3.uploadpart`.
 */
export interface UploadPartReply {
  /**
   * Entity tag, quoted.
   */
  ETag: string;
  /**
   * Computed CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Computed CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Computed CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Computed SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Computed SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Computed SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Computed MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Computed XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Computed XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Computed XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * The object is encrypted with a key of the client; absent: with keys of the store, AES-256 as well.
   */
  SSECustomerAlgorithm?: 'AES256';
  /**
   * MD5 of that key, as it was given.
   */
  SSECustomerKeyMD5?: string;
}

/**
 * Request on `s3.uploadpart`: stores one part of an upload, in place of an earlier one of its number.
 */
export interface UploadPartRequest {
  /**
   * Name of the bucket.
   */
  Bucket: string;
  /**
   * Key of the object; at most 1024 bytes of UTF-8, longer ones are KeyTooLongError.
   */
  Key: string;
  /**
   * Id of the upload, from CreateMultipartUpload.
   */
  UploadId: string;
  /**
   * 1 to 10000, else InvalidArgument.
   */
  PartNumber: number;
  /**
   * Bytes of the body; more than 5 TiB is EntityTooLarge.
   */
  ContentLength?: number;
  /**
   * MD5 of the body, base64.
   */
  ContentMD5?: string;
  /**
   * A checksum to compute and keep.
   */
  ChecksumAlgorithm?:
    | 'CRC32'
    | 'CRC32C'
    | 'CRC64NVME'
    | 'SHA1'
    | 'SHA256'
    | 'SHA512'
    | 'MD5'
    | 'XXHASH64'
    | 'XXHASH3'
    | 'XXHASH128';
  /**
   * Expected CRC32, base64.
   */
  ChecksumCRC32?: string;
  /**
   * Expected CRC32C, base64.
   */
  ChecksumCRC32C?: string;
  /**
   * Expected CRC64NVME, base64.
   */
  ChecksumCRC64NVME?: string;
  /**
   * Expected SHA1, base64.
   */
  ChecksumSHA1?: string;
  /**
   * Expected SHA256, base64.
   */
  ChecksumSHA256?: string;
  /**
   * Expected SHA512, base64.
   */
  ChecksumSHA512?: string;
  /**
   * Expected MD5, base64.
   */
  ChecksumMD5?: string;
  /**
   * Expected XXHASH64, base64.
   */
  ChecksumXXHASH64?: string;
  /**
   * Expected XXHASH3, base64.
   */
  ChecksumXXHASH3?: string;
  /**
   * Expected XXHASH128, base64.
   */
  ChecksumXXHASH128?: string;
  /**
   * The bytes in base64, up to 512 KiB of them; larger bodies travel as a stream.
   */
  Body?: string;
  /**
   * Account that must own the bucket, else AccessDenied.
   */
  ExpectedBucketOwner?: string;
  /**
   * `AES256`: the client brings the key (SSE-C).
   */
  SSECustomerAlgorithm?: string;
  /**
   * The key: base64 of 32 bytes. Use it over connections that nobody listens on.
   */
  SSECustomerKey?: string;
  /**
   * Base64 of the MD5 of the key.
   */
  SSECustomerKeyMD5?: string;
}

export interface RequestTypes {
  PutBucketPolicy: PutBucketPolicyRequest;
  GetBucketPolicy: GetBucketPolicyRequest;
  DeleteBucketPolicy: DeleteBucketPolicyRequest;
  GetBucketPolicyStatus: GetBucketPolicyStatusRequest;
  PutPublicAccessBlock: PutPublicAccessBlockRequest;
  GetPublicAccessBlock: GetPublicAccessBlockRequest;
  DeletePublicAccessBlock: DeletePublicAccessBlockRequest;
  PutBucketOwnershipControls: PutBucketOwnershipControlsRequest;
  GetBucketOwnershipControls: GetBucketOwnershipControlsRequest;
  DeleteBucketOwnershipControls: DeleteBucketOwnershipControlsRequest;
  GetBucketAcl: GetBucketAclRequest;
  PutBucketAcl: PutBucketAclRequest;
  GetObjectAcl: GetObjectAclRequest;
  PutObjectAcl: PutObjectAclRequest;
  AdminStatus: AdminStatusRequest;
  GetBucketCors: GetBucketCorsRequest;
  PutBucketCors: PutBucketCorsRequest;
  DeleteBucketCors: DeleteBucketCorsRequest;
  OptionsObject: OptionsObjectRequest;
  GetBucketTagging: GetBucketTaggingRequest;
  PutBucketTagging: PutBucketTaggingRequest;
  DeleteBucketTagging: DeleteBucketTaggingRequest;
  GetBucketEncryption: GetBucketEncryptionRequest;
  PutBucketEncryption: PutBucketEncryptionRequest;
  DeleteBucketEncryption: DeleteBucketEncryptionRequest;
  GetBucketLifecycleConfiguration: GetBucketLifecycleConfigurationRequest;
  PutBucketLifecycleConfiguration: PutBucketLifecycleConfigurationRequest;
  DeleteBucketLifecycle: DeleteBucketLifecycleRequest;
  GetBucketNotificationConfiguration: GetBucketNotificationConfigurationRequest;
  PutBucketNotificationConfiguration: PutBucketNotificationConfigurationRequest;
  GetBucketWebsite: GetBucketWebsiteRequest;
  PutBucketWebsite: PutBucketWebsiteRequest;
  DeleteBucketWebsite: DeleteBucketWebsiteRequest;
  AdminMaintenance: AdminMaintenanceRequest;
  AdminMembership: AdminMembershipRequest;
  PutObjectLockConfiguration: PutObjectLockConfigurationRequest;
  GetObjectLockConfiguration: GetObjectLockConfigurationRequest;
  PutObjectRetention: PutObjectRetentionRequest;
  GetObjectRetention: GetObjectRetentionRequest;
  PutObjectLegalHold: PutObjectLegalHoldRequest;
  GetObjectLegalHold: GetObjectLegalHoldRequest;
  ListBuckets: ListBucketsRequest;
  CreateBucket: CreateBucketRequest;
  HeadBucket: HeadBucketRequest;
  DeleteBucket: DeleteBucketRequest;
  GetBucketLocation: GetBucketLocationRequest;
  PutObject: PutObjectRequest;
  GetObject: GetObjectRequest;
  HeadObject: HeadObjectRequest;
  DeleteObject: DeleteObjectRequest;
  DeleteObjects: DeleteObjectsRequest;
  ListObjectsV2: ListObjectsV2Request;
  ListObjects: ListObjectsRequest;
  CreateMultipartUpload: CreateMultipartUploadRequest;
  UploadPart: UploadPartRequest;
  UploadPartCopy: UploadPartCopyRequest;
  CompleteMultipartUpload: CompleteMultipartUploadRequest;
  AbortMultipartUpload: AbortMultipartUploadRequest;
  ListParts: ListPartsRequest;
  ListMultipartUploads: ListMultipartUploadsRequest;
  CopyObject: CopyObjectRequest;
  GetObjectAttributes: GetObjectAttributesRequest;
  RestoreObject: RestoreObjectRequest;
  PutBucketVersioning: PutBucketVersioningRequest;
  GetBucketVersioning: GetBucketVersioningRequest;
  ListObjectVersions: ListObjectVersionsRequest;
  PutObjectTagging: PutObjectTaggingRequest;
  GetObjectTagging: GetObjectTaggingRequest;
  DeleteObjectTagging: DeleteObjectTaggingRequest;
}

export interface ReplyTypes {
  PutBucketPolicy: PutBucketPolicyReply;
  GetBucketPolicy: GetBucketPolicyReply;
  DeleteBucketPolicy: DeleteBucketPolicyReply;
  GetBucketPolicyStatus: GetBucketPolicyStatusReply;
  PutPublicAccessBlock: PutPublicAccessBlockReply;
  GetPublicAccessBlock: GetPublicAccessBlockReply;
  DeletePublicAccessBlock: DeletePublicAccessBlockReply;
  PutBucketOwnershipControls: PutBucketOwnershipControlsReply;
  GetBucketOwnershipControls: GetBucketOwnershipControlsReply;
  DeleteBucketOwnershipControls: DeleteBucketOwnershipControlsReply;
  GetBucketAcl: GetBucketAclReply;
  PutBucketAcl: PutBucketAclReply;
  GetObjectAcl: GetObjectAclReply;
  PutObjectAcl: PutObjectAclReply;
  AdminStatus: AdminStatusReply;
  GetBucketCors: GetBucketCorsReply;
  PutBucketCors: PutBucketCorsReply;
  DeleteBucketCors: DeleteBucketCorsReply;
  OptionsObject: OptionsObjectReply;
  GetBucketTagging: GetBucketTaggingReply;
  PutBucketTagging: PutBucketTaggingReply;
  DeleteBucketTagging: DeleteBucketTaggingReply;
  GetBucketEncryption: GetBucketEncryptionReply;
  PutBucketEncryption: PutBucketEncryptionReply;
  DeleteBucketEncryption: DeleteBucketEncryptionReply;
  GetBucketLifecycleConfiguration: GetBucketLifecycleConfigurationReply;
  PutBucketLifecycleConfiguration: PutBucketLifecycleConfigurationReply;
  DeleteBucketLifecycle: DeleteBucketLifecycleReply;
  GetBucketNotificationConfiguration: GetBucketNotificationConfigurationReply;
  PutBucketNotificationConfiguration: PutBucketNotificationConfigurationReply;
  GetBucketWebsite: GetBucketWebsiteReply;
  PutBucketWebsite: PutBucketWebsiteReply;
  DeleteBucketWebsite: DeleteBucketWebsiteReply;
  AdminMaintenance: AdminMaintenanceReply;
  AdminMembership: AdminMembershipReply;
  PutObjectLockConfiguration: PutObjectLockConfigurationReply;
  GetObjectLockConfiguration: GetObjectLockConfigurationReply;
  PutObjectRetention: PutObjectRetentionReply;
  GetObjectRetention: GetObjectRetentionReply;
  PutObjectLegalHold: PutObjectLegalHoldReply;
  GetObjectLegalHold: GetObjectLegalHoldReply;
  ListBuckets: ListBucketsReply;
  CreateBucket: CreateBucketReply;
  HeadBucket: HeadBucketReply;
  DeleteBucket: DeleteBucketReply;
  GetBucketLocation: GetBucketLocationReply;
  PutObject: PutObjectReply;
  GetObject: GetObjectReply;
  HeadObject: HeadObjectReply;
  DeleteObject: DeleteObjectReply;
  DeleteObjects: DeleteObjectsReply;
  ListObjectsV2: ListObjectsV2Reply;
  ListObjects: ListObjectsReply;
  CreateMultipartUpload: CreateMultipartUploadReply;
  UploadPart: UploadPartReply;
  UploadPartCopy: UploadPartCopyReply;
  CompleteMultipartUpload: CompleteMultipartUploadReply;
  AbortMultipartUpload: AbortMultipartUploadReply;
  ListParts: ListPartsReply;
  ListMultipartUploads: ListMultipartUploadsReply;
  CopyObject: CopyObjectReply;
  GetObjectAttributes: GetObjectAttributesReply;
  RestoreObject: RestoreObjectReply;
  PutBucketVersioning: PutBucketVersioningReply;
  GetBucketVersioning: GetBucketVersioningReply;
  ListObjectVersions: ListObjectVersionsReply;
  PutObjectTagging: PutObjectTaggingReply;
  GetObjectTagging: GetObjectTaggingReply;
  DeleteObjectTagging: DeleteObjectTaggingReply;
}
