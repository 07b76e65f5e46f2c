// What an S3 client is told of an internal failure. Total by type: a new internal code without an S3 answer does not compile.

import {
  errorCodeOf,
  isDigestMismatch,
  messageOf,
  type DigestMismatchError,
  type ErrorCode,
} from '../core/errors.ts';
import { isS3Error, S3Error, type S3ErrorCode } from './s3-errors.ts';

const S3_CODE_OF: Readonly<Record<ErrorCode, S3ErrorCode>> = {
  'metadata-unavailable': 'ServiceUnavailable',
  'metadata-fenced': 'ServiceUnavailable',
  'metadata-corrupt': 'InternalError',
  'shards-unavailable': 'ServiceUnavailable',
  'shard-corrupt': 'InternalError',
  'shard-exists': 'InternalError',
  'store-full': 'InsufficientStorage',
  'store-failed': 'ServiceUnavailable',
  'store-closed': 'ServiceUnavailable',
  'store-rewound': 'InternalError',
  'index-missing': 'InternalError',
  'store-damaged': 'InternalError',
  overloaded: 'SlowDown',
  'peer-unreachable': 'ServiceUnavailable',
  'peer-rejected': 'ServiceUnavailable',
  'peer-protocol': 'ServiceUnavailable',
  'peer-stalled': 'ServiceUnavailable',
  'stream-aborted': 'ServiceUnavailable',
  'body-incomplete': 'IncompleteBody',
  'body-too-long': 'IncompleteBody',
  'body-stalled': 'RequestTimeout',
  'body-malformed': 'IncompleteBody',
  'body-trailer-malformed': 'MalformedTrailerError',
  'body-digest-mismatch': 'BadDigest',
  'body-sha256-mismatch': 'XAmzContentSHA256Mismatch',
  'body-signature-mismatch': 'SignatureDoesNotMatch',
  cancelled: 'RequestTimeout',
  'invalid-config': 'InternalError',
  'invalid-key-file': 'InternalError',
  'server-unsuitable': 'InternalError',
  internal: 'InternalError',
};

/** Faults of the sender: our words help to find them. The words of other failures stay in the log. */
const SENDER_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'body-incomplete',
  'body-too-long',
  'body-malformed',
  'body-trailer-malformed',
]);

const RETRY_AFTER_S = '1';

/** An S3 error as it is; anything else as the S3 error that stands for it, with the original as its cause. */
export function s3ErrorOf(error: unknown): S3Error {
  if (isS3Error(error)) return error;
  if (isDigestMismatch(error)) return digestErrorOf(error);
  const internal = errorCodeOf(error);
  const code = S3_CODE_OF[internal];
  const words = SENDER_CODES.has(internal) ? messageOf(error) : undefined;
  const busy = code === 'ServiceUnavailable' || code === 'SlowDown';
  return new S3Error(code, words, busy ? { headers: { 'Retry-After': RETRY_AFTER_S } } : {}, error);
}

/** Which digest it was, and what both sides made of the bytes: who has damaged them is seen from that. */
function digestErrorOf(error: DigestMismatchError): S3Error {
  const { algorithm, claimed, actual } = error;
  const [ours, theirs] = [Buffer.from(actual), Buffer.from(claimed)];
  if (error.code === 'body-sha256-mismatch') {
    const fields = {
      ClientComputedContentSHA256: theirs.toString('hex'),
      S3ComputedContentSHA256: ours.toString('hex'),
    };
    return new S3Error('XAmzContentSHA256Mismatch', undefined, { fields }, error);
  }
  if (algorithm === 'md5' && !error.ofChecksum) {
    // AWS shows what was sent in hex, and what it made of the bytes in base64.
    const fields = { ExpectedDigest: theirs.toString('hex'), CalculatedDigest: ours.toString('base64') };
    return new S3Error('BadDigest', undefined, { fields }, error);
  }
  const words = `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`;
  return new S3Error('BadDigest', words, {}, error);
}
