// What is said to somebody who may not.
//
// Refuses to explain anything outside the account that owns the bucket: why somebody else is refused is none of their business.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html (access denied message examples).

import { denialOf, resourceOf, type AccessQuestion, type Denial } from '../auth/authorize.ts';
import { S3Error } from '../contracts/s3-errors.ts';

/** The error for a question that was answered with no; to the owning account it says who may not do what, and why. */
export function accessDenied(question: AccessQuestion, cause?: S3Error): S3Error {
  const { caller, bucket, action } = question;
  const isOwn = bucket === undefined || !('account' in bucket) || bucket.account === caller.accountId;
  const words = isOwn && caller.accountId !== undefined ? reasonOf(denialOf(question), action) : undefined;
  if (words === undefined) return new S3Error('AccessDenied', undefined, {}, cause);
  const user = caller.arns[0] ?? `arn:aws:iam::${caller.accountId ?? ''}:root`;
  const resource = bucket === undefined ? 'arn:aws:s3:::*' : resourceOf(question, action.toLowerCase());
  const message = `User: ${user} is not authorized to perform: ${action} on resource: "${resource}" ${words}`;
  return new S3Error('AccessDenied', message, {}, cause);
}

function reasonOf(denial: Denial, action: string): string | undefined {
  switch (denial) {
    case 'identity-deny':
      return 'with an explicit deny in an identity-based policy';
    case 'resource-deny':
      return 'with an explicit deny in a resource-based policy';
    case 'identity-silent':
      return `because no identity-based policy allows the ${action} action`;
    case 'ungranted':
      return undefined;
  }
}
