// Whether a bucket policy opens the bucket to the public, in the sense of AWS: it allows something to everybody without a
// condition that fixes who or from where.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html ("The meaning of
// public").

import type { Condition } from './condition.ts';
import type { Policy } from './document.ts';
import { parseIpRange } from './ip-range.ts';
import type { Statement } from './statement.ts';

/** Keys that fix the caller when they are compared with values without wildcards. */
const FIXING_KEYS: ReadonlySet<string> = new Set([
  ...[
    'aws:principalarn',
    'aws:principalaccount',
    'aws:principalorgid',
    'aws:userid',
    'aws:username',
    'aws:sourcearn',
  ],
  ...['aws:sourceaccount', 'aws:sourceowner', 'aws:sourcevpc', 'aws:sourcevpce', 'aws:principalorgpaths'],
  ...['s3:dataaccesspointarn', 's3:dataaccesspointaccount', 's3:x-amz-server-side-encryption-aws-kms-key-id'],
]);
/** Operators that let only the values named through. */
const FIXING_OPERATOR =
  /^(ForAnyValue:)?(StringEquals|StringLike|StringEqualsIgnoreCase|ArnEquals|ArnLike|IpAddress)$/;
/** Wider ranges of addresses than these are the public. */
const PREFIX_BITS_MIN = { 4: 8, 6: 32 } as const;

export function isPublicPolicy(policy: Policy): boolean {
  return policy.statements.some(isPublicStatement);
}

function isPublicStatement({ effect, principals, conditions }: Statement): boolean {
  if (effect !== 'Allow' || principals === undefined) return false;
  const everyone = principals.inverted || principals.list.includesEveryone;
  return everyone && !conditions.some(fixesCaller);
}

function fixesCaller({ key, operator, wanted }: Condition): boolean {
  if (!FIXING_OPERATOR.test(operator)) return false;
  if (key === 'aws:sourceip') {
    return wanted.every((text) => {
      const range = parseIpRange(text);
      return range !== undefined && range.prefixBits >= PREFIX_BITS_MIN[range.version];
    });
  }
  return FIXING_KEYS.has(key) && wanted.every((text) => !/[*?]|\$\{/.test(text));
}
