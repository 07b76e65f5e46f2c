// The condition keys that policies may name: which of them requests of this store have a value for, and which actions AWS
// lets them go with.
//
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html. A key that AWS has and we
// cannot fill is `unsupported`: an Allow that depends on it grants nothing, a Deny that depends on it denies.

import { matchesWildcard } from '../wildcard.ts';

interface KeyRule {
  readonly supported: boolean;
  /** Actions in lower case, with wildcards; absent: any. */
  readonly actions?: readonly string[];
  /** Its values are addresses, whatever operator compares them. */
  readonly addresses?: true;
}

const LISTINGS = ['s3:listbucket', 's3:listbucketversions'];
const ACL_WRITES = [
  's3:createbucket',
  's3:putbucketacl',
  's3:putobject',
  's3:putobjectacl',
  's3:putobjectversionacl',
];
const TAG_WRITES = ['s3:putobject', 's3:putobjecttagging', 's3:putobjectversiontagging', 's3:replicatetags'];
const LOCK_WRITES = [
  's3:putobject',
  's3:putobjectretention',
  's3:putobjectlegalhold',
  's3:bypassgovernanceretention',
  's3:putbucketobjectlockconfiguration',
];

const known = (
  supported: boolean,
  actions: readonly string[] | undefined,
  ...names: readonly string[]
): [string, KeyRule][] =>
  names.map((name) => [name, actions === undefined ? { supported } : { supported, actions }]);

const RULES: ReadonlyMap<string, KeyRule> = new Map([
  ...known(
    true,
    undefined,
    'aws:securetransport',
    'aws:currenttime',
    'aws:epochtime',
    'aws:useragent',
    'aws:referer',
  ),
  ...known(
    true,
    undefined,
    'aws:principalarn',
    'aws:principalaccount',
    'aws:principaltype',
    'aws:username',
    'aws:userid',
  ),
  ...known(
    true,
    undefined,
    'aws:requestedregion',
    'aws:resourceaccount',
    's3:resourceaccount',
    's3:authtype',
  ),
  ...known(
    true,
    undefined,
    's3:signatureversion',
    's3:signatureage',
    's3:tlsversion',
    's3:x-amz-content-sha256',
  ),
  ['aws:sourceip', { supported: true, addresses: true }],
  ...known(true, LISTINGS, 's3:prefix', 's3:delimiter', 's3:max-keys'),
  ...known(
    true,
    ACL_WRITES,
    's3:x-amz-acl',
    's3:x-amz-grant-read',
    's3:x-amz-grant-write',
    's3:x-amz-grant-read-acp',
  ),
  ...known(true, ACL_WRITES, 's3:x-amz-grant-write-acp', 's3:x-amz-grant-full-control'),
  ...known(true, ['s3:*version*'], 's3:versionid'),
  ...known(
    true,
    ['s3:putobject'],
    's3:x-amz-copy-source',
    's3:x-amz-metadata-directive',
    's3:x-amz-storage-class',
  ),
  ...known(true, ['s3:putobject', 's3:deleteobject', 's3:deleteobjectversion'], 's3:if-match'),
  ...known(
    true,
    ['s3:putobject'],
    's3:if-none-match',
    's3:objectcreationoperation',
    's3:x-amz-website-redirect-location',
  ),
  ...known(true, ['s3:putobject', 's3:replicateobject'], 's3:x-amz-server-side-encryption'),
  ...known(true, ['s3:putobject', 's3:getobject*'], 's3:x-amz-server-side-encryption-customer-algorithm'),
  ...known(true, ['s3:putobject', 's3:replicateobject'], 's3:x-amz-server-side-encryption-aws-kms-key-id'),
  ...known(true, TAG_WRITES, 's3:requestobjecttagkeys'),
  ...known(
    true,
    LOCK_WRITES,
    's3:object-lock-mode',
    's3:object-lock-retain-until-date',
    's3:object-lock-legal-hold',
  ),
  ...known(true, LOCK_WRITES, 's3:object-lock-remaining-retention-days'),
  ...known(true, ['s3:createbucket'], 's3:locationconstraint'),
  ...known(true, ['s3:createbucket', 's3:putbucketownershipcontrols'], 's3:x-amz-object-ownership'),
  ...known(
    false,
    undefined,
    'aws:multifactorauthage',
    'aws:multifactorauthpresent',
    'aws:tokenissuetime',
    'aws:tagkeys',
  ),
  ...known(
    false,
    undefined,
    'aws:sourcevpc',
    'aws:sourcevpce',
    'aws:sourcevpcarn',
    'aws:vpcsourceip',
    'aws:sourcearn',
  ),
  ...known(false, undefined, 'aws:sourceaccount', 'aws:sourceowner', 'aws:sourceorgid', 'aws:sourceorgpaths'),
  ...known(
    false,
    undefined,
    'aws:principalorgid',
    'aws:principalorgpaths',
    'aws:principalisawsservice',
    'aws:calledvia',
  ),
  ...known(
    false,
    undefined,
    'aws:principalservicename',
    'aws:principalservicenameslist',
    'aws:calledviafirst',
  ),
  ...known(
    false,
    undefined,
    'aws:calledvialast',
    'aws:viaawsservice',
    'aws:federatedprovider',
    'aws:sourceidentity',
  ),
  ...known(false, undefined, 'aws:resourceorgid', 'aws:resourceorgpaths', 'aws:ec2instancesourcevpc'),
  ...known(
    false,
    undefined,
    'aws:ec2instancesourceprivateipv4',
    's3:dataaccesspointaccount',
    's3:dataaccesspointarn',
  ),
  ...known(false, undefined, 's3:accesspointnetworkorigin', 's3:inventoryaccessibleoptionalfields'),
]);

/** Keys that go on with a name of the caller's choice. */
const FAMILIES: readonly (readonly [string, KeyRule])[] = [
  ['s3:existingobjecttag/', { supported: true }],
  ['s3:requestobjecttag/', { supported: true, actions: TAG_WRITES }],
  ['aws:principaltag/', { supported: false }],
  ['aws:requesttag/', { supported: false }],
  ['aws:resourcetag/', { supported: false }],
  ['s3:buckettag/', { supported: false }],
];

/** The rule of a key in lower case; undefined for a key that AWS does not have either. */
export function ruleOfKey(key: string): KeyRule | undefined {
  const rule = RULES.get(key);
  if (rule !== undefined) return rule;
  return FAMILIES.find(([prefix]) => key.startsWith(prefix) && key.length > prefix.length)?.[1];
}

/** Whether AWS lets a key go with an action in lower case. */
export function keyAppliesTo(rule: KeyRule, action: string): boolean {
  return rule.actions === undefined || rule.actions.some((pattern) => matchesWildcard(pattern, action));
}

/** Keys whose value is a property of the stored object: it has to be looked up before a decision. */
export function asksForObject(key: string): boolean {
  return key.startsWith('s3:existingobjecttag/');
}
