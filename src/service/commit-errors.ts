// What S3 answers when an object could not be committed; alike for bodies, completed uploads and copies.

import { S3Error } from '../contracts/s3-errors.ts';
import { noSuchBucket } from './access.ts';
import { noSuchKey } from './object-key.ts';

export type CommitRefusal = 'precondition-failed' | 'no-such-key' | 'no-such-bucket' | 'conflict';

export function commitErrorOf(
  kind: CommitRefusal,
  { Bucket, Key }: { readonly Bucket: string; readonly Key: string },
): S3Error {
  switch (kind) {
    case 'precondition-failed':
      return new S3Error('PreconditionFailed');
    case 'no-such-key':
      return noSuchKey(Key);
    case 'no-such-bucket':
      return noSuchBucket(Bucket);
    case 'conflict':
      return new S3Error('ConditionalRequestConflict');
  }
}
