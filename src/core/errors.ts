// The error taxonomy inside the store.
//
// Owns: the catalogue of internal codes and whether a caller may retry. Refuses: S3 codes and HTTP statuses
// (contracts/s3-errors.ts), and expected endings such as "no such key" (those are values, not errors).
// A code, once published in a log or a metric, is never reused for another meaning.

/** Every internal error code, with what the caller may do about it. */
export const ERROR_CATALOGUE = {
  'metadata-unavailable': { retryable: true, meaning: 'the metadata plane did not answer in time' },
  'metadata-fenced': {
    retryable: true,
    meaning: 'the metadata stream was recreated or went backwards: read-only',
  },
  'metadata-corrupt': { retryable: false, meaning: 'a metadata record does not decode' },
  'shards-unavailable': { retryable: true, meaning: 'fewer than K shards could be read or written' },
  'shard-corrupt': { retryable: true, meaning: 'a stored fragment failed authentication' },
  'shard-exists': { retryable: false, meaning: 'a shard of this name is already committed' },
  'store-full': { retryable: false, meaning: 'a storage node is below its full watermark' },
  'store-failed': { retryable: true, meaning: 'the disk under a store refused an operation' },
  'store-closed': { retryable: true, meaning: 'the store is shutting down' },
  'store-rewound': { retryable: false, meaning: 'the data directory is older than its own nonce record' },
  'index-missing': { retryable: false, meaning: 'a data directory holds segments but no index of them' },
  'store-damaged': { retryable: false, meaning: 'a file of the data directory cannot be understood' },
  overloaded: { retryable: true, meaning: 'a bounded queue is full' },
  'peer-unreachable': { retryable: true, meaning: 'no connection to a node' },
  'peer-rejected': { retryable: false, meaning: 'the other end is not a member of this cluster' },
  'peer-protocol': { retryable: true, meaning: 'the other end broke the protocol' },
  'peer-stalled': { retryable: true, meaning: 'the other end made no progress within its bound' },
  'stream-aborted': { retryable: true, meaning: 'the other end gave a stream up' },
  'body-incomplete': { retryable: false, meaning: 'the body ended before its declared length' },
  'body-too-long': { retryable: false, meaning: 'the body went on past its declared length' },
  'body-stalled': { retryable: true, meaning: 'the sender of a body made no progress within its bound' },
  'body-malformed': { retryable: false, meaning: 'the framing of a body cannot be understood' },
  'body-trailer-malformed': { retryable: false, meaning: 'the trailers of a body are not those announced' },
  'body-digest-mismatch': { retryable: false, meaning: 'the bytes received do not have the declared digest' },
  'body-sha256-mismatch': { retryable: false, meaning: 'the bytes received do not have the signed SHA-256' },
  'body-signature-mismatch': { retryable: false, meaning: 'a chunk signature of a signed body is wrong' },
  cancelled: { retryable: true, meaning: 'the caller gave up' },
  'invalid-config': { retryable: false, meaning: 'the configuration cannot be used' },
  'invalid-key-file': { retryable: false, meaning: 'a key file is missing, malformed or readable by others' },
  'server-unsuitable': { retryable: false, meaning: 'the NATS server lacks what durability needs' },
  internal: { retryable: true, meaning: 'a bug or an unforeseen failure' },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** The one error class of the store: a stable code, whether retrying can help, and the cause underneath. */
export class PredastoreError extends Error {
  override readonly name = 'PredastoreError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  get retryable(): boolean {
    return ERROR_CATALOGUE[this.code].retryable;
  }
}

/** Bytes that are not what was said of them. */
export class DigestMismatchError extends PredastoreError {
  readonly algorithm: string;
  readonly claimed: Uint8Array;
  readonly actual: Uint8Array;
  /** Whether the digest was claimed as the checksum of an object, not as the Content-MD5 or the signed digest of a body. */
  readonly ofChecksum: boolean;

  constructor(
    code: 'body-digest-mismatch' | 'body-sha256-mismatch',
    digest: {
      readonly algorithm: string;
      readonly claimed: Uint8Array;
      readonly actual: Uint8Array;
      readonly ofChecksum?: boolean;
    },
  ) {
    super(code, `the ${digest.algorithm} of the body is not the one declared`);
    this.algorithm = digest.algorithm;
    this.claimed = digest.claimed;
    this.actual = digest.actual;
    this.ofChecksum = digest.ofChecksum ?? false;
  }
}

/** Recognises our error also across realms (inside jest, `instanceof` fails for foreign errors). */
export function isPredastoreError(error: unknown): error is PredastoreError {
  return error instanceof Error && error.name === 'PredastoreError' && 'code' in error;
}

export function isDigestMismatch(error: unknown): error is DigestMismatchError {
  return isPredastoreError(error) && 'claimed' in error;
}

/** The code of any error, `internal` for what we do not know. */
export function errorCodeOf(error: unknown): ErrorCode {
  return isPredastoreError(error) ? error.code : 'internal';
}

/** What was thrown, for those who are owed an Error: anything else is a bug, and is kept as its cause. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new PredastoreError('internal', messageOf(thrown), thrown);
}

/** A readable message from anything that was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EIO`), also inside jest where `instanceof Error` fails. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Wraps a foreign error once; ours pass through unchanged. */
export function wrapError(code: ErrorCode, message: string, error: unknown): PredastoreError {
  if (isPredastoreError(error)) return error;
  return new PredastoreError(code, `${message}: ${messageOf(error)}`, error);
}
