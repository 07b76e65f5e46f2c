import { describe, expect, test } from '@jest/globals';
import { authorize, denialOf, type AccessQuestion } from '../../../src/auth/authorize.ts';
import { compileBucketAccess, type BucketAccessSettings } from '../../../src/auth/bucket-access.ts';
import { policyOfGrants } from '../../../src/auth/configured-policy.ts';
import { parseIdentityPolicy } from '../../../src/auth/policy/document.ts';
import { accountCaller, ANYBODY, type Caller } from '../../../src/auth/policy/principal.ts';
import { matchesWildcard } from '../../../src/auth/wildcard.ts';

const OWNER = '111111111111';
const OTHER = '222222222222';
const bucket = { name: 'photos', account: OWNER, public: false };
const shared = { ...bucket, public: true };
const ann: Caller = { accountId: OWNER, arns: [`arn:aws:iam::${OWNER}:user/ann`], actsAsAccount: false };
const bob: Caller = { accountId: OTHER, arns: [`arn:aws:iam::${OTHER}:user/bob`], actsAsAccount: false };

interface Case extends Partial<AccessQuestion> {
  readonly settings?: BucketAccessSettings;
}

function questionOf({ settings = {}, ...question }: Case): AccessQuestion {
  const access = compileBucketAccess('photos', settings);
  return {
    action: 's3:GetObject',
    caller: accountCaller(OWNER),
    bucket,
    access,
    key: 'cat',
    values: () => undefined,
    ...question,
  };
}

function verdict(asked: Case): string {
  return authorize(questionOf(asked));
}

function statement(fields: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::photos/*',
        ...fields,
      },
    ],
  });
}

const allowing = (action: string, resource = '*'): AccessQuestion['identity'] => [
  parseIdentityPolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
    }),
  ),
];

describe('ownership', () => {
  const owner = accountCaller(OWNER);
  const other = accountCaller(OTHER);
  test.each<[string, Case, string]>([
    ['the owner may read', { caller: owner }, 'allow'],
    ['the owner may delete', { action: 's3:DeleteBucket', caller: owner }, 'allow'],
    ['another account may not read', { caller: other }, 'deny'],
    ['nobody may not read', { caller: ANYBODY }, 'deny'],
    ['nobody may read what is public', { caller: ANYBODY, bucket: shared }, 'allow'],
    ['nobody may list what is public', { action: 's3:ListBucket', caller: ANYBODY, bucket: shared }, 'allow'],
    ['nobody may write what is public', { action: 's3:PutObject', caller: ANYBODY, bucket: shared }, 'deny'],
    ['another account may read what is public', { caller: other, bucket: shared }, 'allow'],
    ['another account may not write it', { action: 's3:PutObject', caller: other, bucket: shared }, 'deny'],
    ['an account may create a bucket', { action: 's3:CreateBucket', bucket: { name: 'new' } }, 'allow'],
    ['nobody may not', { action: 's3:CreateBucket', bucket: { name: 'new' }, caller: ANYBODY }, 'deny'],
    ['an account may list its buckets', { action: 's3:ListAllMyBuckets', bucket: undefined }, 'allow'],
    ['a bucket without an owner is not there', { bucket: { name: 'new' } }, 'deny'],
  ])('%s', (_name, question, expected) => {
    expect(verdict(question)).toBe(expected);
  });
});

describe('grants of the configuration', () => {
  test.each([
    ['names the bucket and the action', [{ bucket: 'photos', actions: ['s3:GetObject'] }], 'allow'],
    ['has wildcards', [{ bucket: 'ph*', actions: ['s3:get*'] }], 'allow'],
    ['names another bucket', [{ bucket: 'films', actions: ['s3:*'] }], 'deny'],
    ['names another action', [{ bucket: 'photos', actions: ['s3:PutObject'] }], 'deny'],
    ['is empty', [], 'deny'],
    [
      'splits bucket and action over two entries',
      [
        { bucket: 'photos', actions: ['s3:PutObject'] },
        { bucket: 'films', actions: ['s3:GetObject'] },
      ],
      'deny',
    ],
    ['has a pattern that only a key could satisfy', [{ bucket: '*cat', actions: ['*'] }], 'deny'],
  ])('a list that %s', (_name, grants, expected) => {
    expect(verdict({ caller: ann, identity: [policyOfGrants(grants)] })).toBe(expected);
  });

  test('never reach into another account', () => {
    const identity = [policyOfGrants([{ bucket: '*', actions: ['*'] }])];
    expect(verdict({ caller: bob, identity })).toBe('deny');
  });
});

describe('bucket policies', () => {
  test.each<[string, Case, string]>([
    [
      'let a user of the own account in who has no policy',
      { caller: ann, identity: [], settings: { policy: statement({ Principal: { AWS: ann.arns[0] } }) } },
      'allow',
    ],
    [
      'leave a user to its account when they name the account',
      { caller: ann, identity: [], settings: { policy: statement({ Principal: { AWS: OWNER } }) } },
      'deny',
    ],
    [
      'let another account in',
      { caller: accountCaller(OTHER), settings: { policy: statement({ Principal: { AWS: OTHER } }) } },
      'allow',
    ],
    [
      'let a user of another account in whose own policy allows it',
      {
        caller: bob,
        identity: allowing('s3:GetObject'),
        settings: { policy: statement({ Principal: { AWS: OTHER } }) },
      },
      'allow',
    ],
    [
      'do not when its own policy does not',
      {
        caller: bob,
        identity: allowing('s3:PutObject'),
        settings: { policy: statement({ Principal: { AWS: OTHER } }) },
      },
      'deny',
    ],
    ['let anybody in', { caller: ANYBODY, settings: { policy: statement({}) } }, 'allow'],
    [
      'let anybody do only what they say',
      { caller: ANYBODY, action: 's3:PutObject', settings: { policy: statement({}) } },
      'deny',
    ],
    ['keep the owner out', { settings: { policy: statement({ Effect: 'Deny' }) } }, 'deny'],
    [
      'never keep the owner from mending them',
      {
        action: 's3:PutBucketPolicy',
        settings: { policy: statement({ Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::photos' }) },
      },
      'allow',
    ],
    [
      'keep a user of the owner from mending them',
      {
        action: 's3:PutBucketPolicy',
        caller: ann,
        identity: allowing('*'),
        settings: { policy: statement({ Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::photos' }) },
      },
      'deny',
    ],
    [
      'that nobody can read deny',
      { caller: accountCaller(OWNER), settings: { policy: '{"Statement":' } },
      'deny',
    ],
    [
      'that nobody can read can be mended',
      { action: 's3:DeleteBucketPolicy', settings: { policy: '{"Statement":' } },
      'allow',
    ],
  ])('%s', (_name, question, expected) => {
    expect(verdict(question)).toBe(expected);
  });

  test('an explicit denial of the identity wins over a bucket policy that lets everybody in', () => {
    const identity = [
      parseIdentityPolicy(
        JSON.stringify({ Statement: { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' } }),
      ),
    ];
    expect(verdict({ caller: ann, identity, settings: { policy: statement({}) } })).toBe('deny');
  });

  test('RestrictPublicBuckets keeps a public policy inside the account', () => {
    const block = {
      BlockPublicAcls: false,
      IgnorePublicAcls: false,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: true,
    };
    const settings = { policy: statement({}), publicAccessBlock: block };
    expect(verdict({ caller: ANYBODY, settings })).toBe('deny');
    expect(verdict({ caller: accountCaller(OTHER), settings })).toBe('deny');
    expect(verdict({ caller: ann, identity: [], settings })).toBe('allow');
  });
});

describe('access control lists', () => {
  const all = { owner: OWNER, grants: [{ to: 'AllUsers', may: 'READ' } as const] };
  const writable = {
    owner: OWNER,
    grants: [{ to: OWNER, may: 'FULL_CONTROL' } as const, { to: 'AllUsers', may: 'WRITE' } as const],
  };
  const foreign = { acl: { owner: OTHER, grants: [{ to: OTHER, may: 'FULL_CONTROL' } as const] } };
  const ownership = 'ObjectWriter' as const;
  test.each<[string, Case, string]>([
    [
      'do not count where they are disabled',
      { caller: ANYBODY, settings: { acl: all }, action: 's3:ListBucket' },
      'deny',
    ],
    [
      'let anybody list',
      { caller: ANYBODY, settings: { acl: all, ownership }, action: 's3:ListBucket' },
      'allow',
    ],
    [
      'of a bucket say nothing of its objects',
      { caller: ANYBODY, settings: { acl: all, ownership }, object: {} },
      'deny',
    ],
    [
      'ask for the object',
      { caller: ANYBODY, settings: { acl: all, ownership }, object: 'unknown' },
      'ask-object',
    ],
    [
      'let anybody read an object',
      { caller: ANYBODY, settings: { ownership }, object: { acl: all } },
      'allow',
    ],
    [
      'let anybody write',
      { caller: ANYBODY, settings: { acl: writable, ownership }, action: 's3:PutObject', object: 'new' },
      'allow',
    ],
    [
      'let whoever creates an object say who may use it',
      { caller: ANYBODY, settings: { acl: writable, ownership }, action: 's3:PutObjectAcl', object: 'new' },
      'allow',
    ],
    [
      'keep the bucket owner from the object of somebody else',
      { settings: { ownership }, object: foreign },
      'deny',
    ],
    [
      'keep a bucket policy from it',
      { caller: ANYBODY, settings: { ownership, policy: statement({}) }, object: foreign },
      'deny',
    ],
    [
      'let its owner read it',
      { caller: accountCaller(OTHER), settings: { ownership }, object: foreign },
      'allow',
    ],
    [
      'let its owner always change its list',
      {
        caller: accountCaller(OTHER),
        action: 's3:PutObjectAcl',
        settings: { ownership },
        object: { acl: { owner: OTHER, grants: [] } },
      },
      'allow',
    ],
    [
      'without any grant keep the owner from writing',
      { action: 's3:PutObject', object: 'new', settings: { ownership, acl: { owner: OWNER, grants: [] } } },
      'deny',
    ],
    [
      'without any grant leave the list to the owner',
      { action: 's3:PutBucketAcl', settings: { ownership, acl: { owner: OWNER, grants: [] } } },
      'allow',
    ],
  ])('%s', (_name, question, expected) => {
    expect(verdict(question)).toBe(expected);
  });

  test('IgnorePublicAcls takes what everybody was granted', () => {
    const publicAccessBlock = {
      BlockPublicAcls: false,
      IgnorePublicAcls: true,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    };
    const settings = { acl: all, ownership, publicAccessBlock };
    expect(verdict({ caller: ANYBODY, settings, action: 's3:ListBucket' })).toBe('deny');
  });
});

describe('wildcards', () => {
  test.each([
    ['*', '', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['', 'x', false],
    ['*x', 'xxxxy', false],
  ])('%s against %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });
});

describe('the reason of a refusal', () => {
  const forbidding = parseIdentityPolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 's3:Get*', Resource: '*' }],
    }),
  );
  const settings = { policy: statement({ Effect: 'Deny' }) };
  test.each<[string, Case]>([
    ['identity-deny', { caller: ann, identity: [forbidding, ...(allowing('s3:*') ?? [])], settings }],
    ['resource-deny', { caller: ann, identity: allowing('s3:*'), settings }],
    ['resource-deny', { caller: ann, identity: [], settings }],
    ['identity-silent', { caller: ann, identity: allowing('s3:PutObject') }],
    ['ungranted', { caller: bob, identity: allowing('s3:*') }],
  ])('is %s', (reason, asked) => {
    const question = questionOf(asked);
    expect([authorize(question), denialOf(question)]).toEqual(['deny', reason]);
  });
});
