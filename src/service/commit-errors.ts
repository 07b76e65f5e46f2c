// What S3 answers when an object could not be committed; alike for bodies, completed uploads and copies.

import { S3Error } from '../contracts/s3-errors.ts';
import { noSuchBucket } from './access.ts';
import { preconditionFailed } from './conditions.ts';
import { noSuchKey } from './object-key.ts';

export type CommitRefusal = 'precondition-failed' | 'no-such-key' | 'no-such-bucket' | 'conflict';

interface WriteRequest {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

export function commitErrorOf(kind: CommitRefusal, request: WriteRequest): S3Error {
  const { Bucket, Key } = request;
  switch (kind) {
    case 'precondition-failed':
      return preconditionFailed(request);
    case 'no-such-key':
      return noSuchKey(Key);
    case 'no-such-bucket':
      return noSuchBucket(Bucket);
    case 'conflict':
      return new S3Error('ConditionalRequestConflict');
  }
}
