// Multipart uploads and copies, in the words of the objects room. Failures that are nobody's answer are thrown, as in object-store.ts.

import type { ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';
import type { ByteRange, IncomingBody } from '../core/body.ts';
import type { PartPage, UploadPage, UploadQuery } from '../metadata/upload-table.ts';
import type { Conditions, ObjectLocator, ReadRefusal } from './object-store.ts';

export type { PartPage, UploadPage } from '../metadata/upload-table.ts';

export interface CreateUploadRequest extends ObjectLocator {
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly account: string;
  readonly checksum?: UploadRecord['checksum'];
  readonly requestId: string;
}

export interface UploadLocator extends ObjectLocator {
  readonly uploadId: string;
}

export interface UploadPartRequest extends UploadLocator {
  /** 1 … 10 000. */
  readonly number: number;
  readonly requestId: string;
}

export type UploadPartOutcome =
  | {
      readonly kind: 'stored';
      readonly part: PartRecord;
      readonly missingShards: number;
      readonly nearFull: boolean;
    }
  | { readonly kind: 'no-such-upload' };

/** Where a copy reads from. `conditions` are those of the x-amz-copy-source-if-* headers. */
export interface CopySource extends ObjectLocator {
  readonly conditions: Conditions;
  /** UploadPartCopy only. */
  readonly range?: ByteRange;
}

/** What is wrong with the source of a copy: a read refusal, told apart from one of the destination. */
export interface SourceRefusal {
  readonly kind: 'source';
  readonly refusal:
    | Exclude<ReadRefusal, { readonly kind: 'not-modified' }>
    | { readonly kind: 'invalid-range'; readonly sizeBytes: number };
}

export interface CompletedPart {
  readonly number: number;
  /** As the client sent it, quotes removed. */
  readonly etag: string;
  readonly checksum?: string;
}

export interface CompleteUploadRequest extends UploadLocator {
  /** As listed by the client; empty: all parts (a habit of MinIO's that warp relies on). */
  readonly parts: readonly CompletedPart[];
  readonly conditions: Conditions;
  /** Claimed checksum of the whole object, base64. */
  readonly checksum?: string;
  readonly requestId: string;
}

export type CompleteUploadOutcome =
  | { readonly kind: 'completed'; readonly record: ObjectRecord }
  | {
      readonly kind: 'no-such-upload' | 'no-such-bucket' | 'no-such-key' | 'precondition-failed' | 'conflict';
    }
  /** A part that was not uploaded, or whose ETag or checksum is another. */
  | { readonly kind: 'invalid-part'; readonly number: number }
  | { readonly kind: 'invalid-part-order' }
  /** A part that is not the last one and smaller than 5 MiB. */
  | { readonly kind: 'too-small'; readonly number: number; readonly sizeBytes: number }
  | { readonly kind: 'checksum-mismatch' };

export interface CopyRequest extends ObjectLocator {
  readonly source: CopySource;
  readonly conditions: Conditions;
  /** Replaces headers and metadata of the source; absent: they are copied. */
  readonly replace?: {
    readonly headers: Readonly<Record<string, string>>;
    readonly meta: Readonly<Record<string, string>>;
  };
  readonly requestId: string;
}

export type CopyOutcome =
  | { readonly kind: 'copied'; readonly record: ObjectRecord; readonly missingShards: number }
  | SourceRefusal
  | { readonly kind: 'no-such-bucket' | 'no-such-key' | 'precondition-failed' | 'conflict' }
  /** Onto itself without changing anything. */
  | { readonly kind: 'pointless' };

export interface MultipartStore {
  create(
    request: CreateUploadRequest,
  ): Promise<{ readonly kind: 'created'; readonly uploadId: string } | { readonly kind: 'no-such-bucket' }>;
  uploadPart(request: UploadPartRequest, body: IncomingBody, signal: AbortSignal): Promise<UploadPartOutcome>;
  /** Reads and writes the bytes: a part is a blob of its own. */
  uploadPartCopy(
    request: UploadPartRequest,
    source: CopySource,
    signal: AbortSignal,
  ): Promise<UploadPartOutcome | SourceRefusal>;
  /** One metadata commit, no byte moved. Repeating a completion that happened answers the same. */
  complete(request: CompleteUploadRequest): Promise<CompleteUploadOutcome>;
  abort(request: UploadLocator): Promise<{ readonly kind: 'aborted' | 'no-such-upload' }>;
  listParts(
    request: UploadLocator,
    after: number,
    limit: number,
  ): Promise<
    | { readonly kind: 'page'; readonly upload: UploadRecord; readonly page: PartPage }
    | { readonly kind: 'no-such-upload' }
  >;
  listUploads(query: UploadQuery): Promise<UploadPage>;
  /** Whole-object copy by reference: the new record names the same blobs, no byte is moved. */
  copy(request: CopyRequest): Promise<CopyOutcome>;
}
