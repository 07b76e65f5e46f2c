// Which permissions a request needs beside the one of its operation: AWS names those for single versions apart, and asks one
// more for each thing that a new object brings, and that of reading where a condition asks what the object is.
//
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html, and of conditions
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html.

type Request = Readonly<Record<string, unknown>>;

/** The name of the permission when a version is named. */
const OF_VERSION: ReadonlyMap<string, string> = new Map([
  ['s3:GetObject', 's3:GetObjectVersion'],
  ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  ['s3:GetObjectAcl', 's3:GetObjectVersionAcl'],
  ['s3:PutObjectAcl', 's3:PutObjectVersionAcl'],
  ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'],
  ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
  ['s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'],
  ['s3:GetObjectAttributes', 's3:GetObjectVersionAttributes'],
]);

/** Fields of a request for a new object that need a permission of their own. */
const EXTRAS: readonly (readonly [RegExp, string])[] = [
  [/^Tagging$/, 's3:PutObjectTagging'],
  [/^(ACL|Grant(FullControl|Read|ReadACP|Write|WriteACP))$/, 's3:PutObjectAcl'],
  [/^ObjectLock(Mode|RetainUntilDate)$/, 's3:PutObjectRetention'],
  [/^ObjectLockLegalHoldStatus$/, 's3:PutObjectLegalHold'],
];

/** The same for a new bucket. */
const BUCKET_EXTRAS: readonly (readonly [RegExp, string])[] = [
  [/^(ACL|Grant(FullControl|Read|ReadACP|Write|WriteACP))$/, 's3:PutBucketAcl'],
  [/^ObjectOwnership$/, 's3:PutBucketOwnershipControls'],
  [/^ObjectLockEnabledForBucket$/, 's3:PutBucketObjectLockConfiguration'],
  [/^ObjectLockEnabledForBucket$/, 's3:PutBucketVersioning'],
];

/** All permissions that a request needs; the first is the one of its operation. */
export function requiredActions(action: string, request: Request): readonly string[] {
  if (action === 's3:PutObject') return [action, ...extrasOf(request, EXTRAS), ...conditionActions(request)];
  if (action === 's3:CreateBucket') return [action, ...extrasOf(request, BUCKET_EXTRAS)];
  const ofVersion = request['VersionId'] === undefined ? undefined : OF_VERSION.get(action);
  const own = ofVersion ?? action;
  if (own === 's3:GetObjectAttributes') return [own, 's3:GetObject'];
  if (own === 's3:GetObjectVersionAttributes') return [own, 's3:GetObjectVersion'];
  if (action === 's3:DeleteObject') return [own, ...conditionActions(request)];
  return [own];
}

/** Conditions by what an object is; whether there is one (`*`) is told by the outcome of any write. */
function conditionActions(request: Request): readonly string[] {
  const { IfMatch, IfNoneMatch, IfMatchLastModifiedTime, IfMatchSize, VersionId } = request;
  const asksTag = [IfMatch, IfNoneMatch].some((tag) => tag !== undefined && tag !== '*');
  if (!asksTag && IfMatchLastModifiedTime === undefined && IfMatchSize === undefined) return [];
  return [VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'];
}

function extrasOf(
  request: Request,
  extrasByField: readonly (readonly [RegExp, string])[],
): readonly string[] {
  const extras = new Set<string>();
  for (const name in request) {
    for (const [pattern, action] of extrasByField)
      if (request[name] !== '' && request[name] !== false && pattern.test(name)) extras.add(action);
  }
  return [...extras];
}
