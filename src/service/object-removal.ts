// What S3 answers to the endings of a removal.

import { S3Error } from '../contracts/s3-errors.ts';
import type { RemoveOutcome } from '../objects/object-store.ts';
import { noSuchBucket } from './access.ts';

/** `undefined` when the object is gone, by us or before us. */
export function removalErrorOf(outcome: RemoveOutcome, bucketName: string): S3Error | undefined {
  switch (outcome.kind) {
    case 'removed':
    case 'absent':
      return undefined;
    case 'precondition-failed':
      return new S3Error('PreconditionFailed');
    case 'no-such-bucket':
      return noSuchBucket(bucketName);
    case 'conflict':
      return new S3Error('ConditionalRequestConflict');
  }
}
