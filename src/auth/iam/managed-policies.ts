// Policies that AWS manages, as far as they grant something of S3. Every other one grants nothing here.
//
// Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ (AdministratorAccess, AmazonS3FullAccess,
// AmazonS3ReadOnlyAccess).

import { parseIdentityPolicy, type Policy } from '../policy/document.ts';

const PREFIX = 'arn:aws:iam::aws:policy/';

function allowing(...actions: readonly string[]): Policy {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return parseIdentityPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
}

const POLICIES: ReadonlyMap<string, Policy> = new Map([
  [`${PREFIX}AdministratorAccess`, allowing('*')],
  [`${PREFIX}AmazonS3FullAccess`, allowing('s3:*')],
  [`${PREFIX}AmazonS3ReadOnlyAccess`, allowing('s3:Get*', 's3:List*', 's3:Describe*')],
]);

export function isManagedByAws(arn: string): boolean {
  return arn.startsWith(PREFIX);
}

/** Undefined for one that grants nothing of S3. */
export function managedPolicy(arn: string): Policy | undefined {
  return POLICIES.get(arn);
}
