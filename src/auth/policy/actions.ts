// The actions of S3 that policies speak of, and what each of them is done to.
//
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html (those that S3 requests of
// this store can need, and those of AWS that policies written for it may name).

import { matchesWildcard } from '../wildcard.ts';

export type ActionLevel = 'service' | 'bucket' | 'object';

const BUCKET_ACTIONS = [
  'CreateBucket DeleteBucket DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration',
  'GetAnalyticsConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketNotification',
  'GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus',
  'GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite',
  'GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration',
  'GetMetricsConfiguration GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions',
  'PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAcl PutBucketCORS PutBucketLogging',
  'PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy',
  'PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite',
  'PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration',
  'PutMetricsConfiguration PutReplicationConfiguration',
];

const OBJECT_ACTIONS = [
  'AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion',
  'DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention',
  'GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAttributes',
  'GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication',
  'ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectLegalHold',
  'PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject',
  'ReplicateTags RestoreObject UpdateObjectEncryption',
];

const SERVICE_ACTIONS = ['GetAccountPublicAccessBlock ListAllMyBuckets PutAccountPublicAccessBlock'];

function table(level: ActionLevel, lines: readonly string[]): [string, ActionLevel][] {
  return lines.flatMap((line) =>
    line.split(' ').map((name) => [`s3:${name.toLowerCase()}`, level] as [string, ActionLevel]),
  );
}

const LEVELS: ReadonlyMap<string, ActionLevel> = new Map([
  ...table('service', SERVICE_ACTIONS),
  ...table('bucket', BUCKET_ACTIONS),
  ...table('object', OBJECT_ACTIONS),
]);

/** What an action (in lower case) is done to; undefined for one that nobody knows. */
export function levelOfAction(action: string): ActionLevel | undefined {
  return LEVELS.get(action);
}

/** The known actions that a pattern names, in lower case. */
export function actionsNamedBy(pattern: string): readonly string[] {
  const lowerCase = pattern.toLowerCase();
  if (LEVELS.has(lowerCase)) return [lowerCase];
  return [...LEVELS.keys()].filter((action) => matchesWildcard(lowerCase, action));
}
