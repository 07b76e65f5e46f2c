// Multipart uploads and copies, in the words of the objects room. Failures that are nobody's answer are thrown, as in object-store.ts.

import type {
  BucketRecord,
  ObjectProperties,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from '../contracts/records.ts';
import type { ByteRange, DigestAlgorithm, IncomingBody } from '../core/body.ts';
import type { PartPage, UploadPage, UploadQuery } from '../metadata/upload-table.ts';
import type { CustomerKey, KeyRefusal } from './customer-key.ts';
import type { Conditions, ObjectLocator, ReadRefusal, VersionLocator } from './object-store.ts';

export type { PartPage, UploadEntry, UploadPage } from '../metadata/upload-table.ts';

export interface CreateUploadRequest extends ObjectLocator {
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly account: string;
  readonly properties?: ObjectProperties;
  readonly checksum?: UploadRecord['checksum'];
  /** Enciphers the parts, every one of which has to bring it again. */
  readonly customerKey?: CustomerKey;
  readonly requestId: string;
}

export type CreateUploadOutcome =
  | { readonly kind: 'created'; readonly uploadId: string; readonly initiated: string }
  | { readonly kind: 'no-such-bucket' };

export interface UploadLocator extends ObjectLocator {
  readonly uploadId: string;
}

export interface UploadPartRequest extends UploadLocator {
  /** 1 … 10 000. */
  readonly number: number;
  readonly customerKey?: CustomerKey;
  /** Of the checksum that the sender brings; absent: none. */
  readonly checksum?: DigestAlgorithm;
  /** No digest of any kind came with the body. */
  readonly isBare?: boolean;
  readonly requestId: string;
}

export type UploadPartOutcome =
  | {
      readonly kind: 'stored';
      readonly part: PartRecord;
      /** What it was copied from. */
      readonly source?: ObjectRecord;
      readonly missingShards: number;
      readonly nearFull: boolean;
    }
  | { readonly kind: 'no-such-upload' }
  /** The key is not that of the upload. */
  | KeyRefusal
  | ChecksumDiffers
  | DigestMissing;

/** The object is to be locked, and what arrives damaged could not be deleted. */
export interface DigestMissing {
  readonly kind: 'digest-missing';
}

/** The upload asks for another checksum than the one that came. `actual` absent: none came. */
export interface ChecksumDiffers {
  readonly kind: 'checksum-differs';
  readonly expected: DigestAlgorithm;
  readonly actual?: DigestAlgorithm;
}

/** Where a copy reads from. `conditions` are those of the x-amz-copy-source-if-* headers. */
export interface CopySource extends VersionLocator {
  readonly conditions: Conditions;
  /** Deciphers the source. */
  readonly customerKey?: CustomerKey;
  /** UploadPartCopy only. */
  readonly range?: ByteRange;
}

/** What is wrong with the source of a copy: a read refusal, told apart from one of the destination. */
export interface SourceRefusal {
  readonly kind: 'source';
  readonly refusal: Exclude<ReadRefusal, { readonly kind: 'not-modified' | 'no-such-part' }>;
}

export type UploadPartCopyOutcome =
  | Exclude<UploadPartOutcome, ChecksumDiffers | DigestMissing>
  | SourceRefusal
  /** The range is larger than a part may be. */
  | { readonly kind: 'too-large'; readonly sizeBytes: number };

/** Base64, as the client says it. */
export interface ClaimedChecksum {
  readonly algorithm: DigestAlgorithm;
  readonly digest: string;
}

export interface CompletedPart {
  readonly number: number;
  /** As the client sent it, quotes removed. */
  readonly etag: string;
  readonly checksum?: ClaimedChecksum;
}

export interface CompleteUploadRequest extends UploadLocator {
  /** As listed by the client; empty: all parts (a habit of MinIO's that warp relies on). */
  readonly parts: readonly CompletedPart[];
  readonly conditions: Conditions;
  /** Claimed of the whole object. */
  readonly checksum?: ClaimedChecksum;
  readonly checksumType?: 'COMPOSITE' | 'FULL_OBJECT';
  /** Claimed of the whole object. */
  readonly sizeBytes?: number;
  readonly requestId: string;
}

export type CompleteUploadOutcome =
  | { readonly kind: 'completed'; readonly record: ObjectRecord }
  | {
      readonly kind: 'no-such-upload' | 'no-such-bucket' | 'no-such-key' | 'precondition-failed' | 'conflict';
    }
  /** A part that was not uploaded, or whose ETag or checksum is another. */
  | { readonly kind: 'invalid-part'; readonly number: number }
  /** The list does not say the checksum of a part, or says one of another algorithm than the upload has. */
  | {
      readonly kind: 'part-checksum-missing' | 'part-checksum-foreign';
      readonly number: number;
      readonly algorithm: DigestAlgorithm;
    }
  /** None was listed and none uploaded. */
  | { readonly kind: 'no-parts' }
  | { readonly kind: 'invalid-part-order' }
  /** A part that is not the last one and smaller than 5 MiB. */
  | {
      readonly kind: 'too-small';
      readonly number: number;
      readonly sizeBytes: number;
      readonly etag: string;
    }
  /** All parts together are larger than an object may be. */
  | { readonly kind: 'too-large'; readonly sizeBytes: number }
  /** The object has another size than the one claimed. */
  | { readonly kind: 'size-mismatch'; readonly sizeBytes: number }
  | { readonly kind: 'checksum-mismatch'; readonly algorithm: DigestAlgorithm }
  /** The claim is of a type that the upload does not have. */
  | { readonly kind: 'checksum-type-differs'; readonly expected: 'COMPOSITE' | 'FULL_OBJECT' }
  | ChecksumDiffers;

export interface AbortUploadRequest extends UploadLocator {
  /** Abort only what was begun within this second (milliseconds since 1970). */
  readonly initiatedMs?: number;
}

export interface AbortUploadOutcome {
  readonly kind: 'aborted' | 'no-such-upload' | 'precondition-failed';
}

export type ListPartsOutcome =
  | { readonly kind: 'page'; readonly upload: UploadRecord; readonly page: PartPage }
  | { readonly kind: 'no-such-upload' };

export interface ListUploadsRequest extends Omit<UploadQuery, 'bucketId'> {
  readonly bucket: BucketRecord;
}

export type ListUploadsOutcome =
  { readonly kind: 'page'; readonly page: UploadPage } | { readonly kind: 'no-such-bucket' };

export interface CopyRequest extends ObjectLocator {
  readonly source: CopySource;
  readonly conditions: Conditions;
  /** Replaces headers and metadata of the source; absent: they are copied. */
  readonly replace?: {
    readonly headers: Readonly<Record<string, string>>;
    readonly meta: Readonly<Record<string, string>>;
  };
  /** Take the place of the source's tags. Absent: they are copied. */
  readonly tags?: NonNullable<ObjectProperties['tags']>;
  /** Of the copy itself: these are never copied. */
  readonly properties?: Omit<ObjectProperties, 'tags'>;
  /** The client names how the copy is to be enciphered: a copy onto itself is then not pointless. */
  readonly namesEncryption?: boolean;
  /** Enciphers the copy. With a key at either end the bytes are read and written anew. */
  readonly customerKey?: CustomerKey;
  /** A checksum of the whole that the copy shall have: computed from the bytes when the source has another one. */
  readonly checksum?: DigestAlgorithm;
  readonly requestId: string;
}

export type CopyOutcome =
  | {
      readonly kind: 'copied';
      readonly record: ObjectRecord;
      readonly source: ObjectRecord;
      readonly missingShards: number;
    }
  | SourceRefusal
  | { readonly kind: 'no-such-bucket' | 'no-such-key' | 'precondition-failed' | 'conflict' }
  /** Onto itself without changing anything. */
  | { readonly kind: 'pointless' };

export interface MultipartStore {
  create(request: CreateUploadRequest): Promise<CreateUploadOutcome>;
  uploadPart(request: UploadPartRequest, body: IncomingBody, signal: AbortSignal): Promise<UploadPartOutcome>;
  /** Reads and writes the bytes: a part is a blob of its own. */
  uploadPartCopy(
    request: UploadPartRequest,
    source: CopySource,
    signal: AbortSignal,
  ): Promise<UploadPartCopyOutcome>;
  /** One metadata commit, no byte moved. Repeating a completion that happened answers the same. */
  complete(request: CompleteUploadRequest): Promise<CompleteUploadOutcome>;
  abort(request: AbortUploadRequest): Promise<AbortUploadOutcome>;
  /** Parts with a number above `after`, at most `limit`. */
  listParts(request: UploadLocator, after: number, limit: number): Promise<ListPartsOutcome>;
  listUploads(request: ListUploadsRequest): Promise<ListUploadsOutcome>;
  /** Whole-object copy by reference: the new record names the same blobs, no byte is moved. */
  copy(request: CopyRequest, signal: AbortSignal): Promise<CopyOutcome>;
}
